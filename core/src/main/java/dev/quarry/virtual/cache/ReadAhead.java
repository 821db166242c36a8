package dev.quarry.virtual.cache;

import dev.quarry.machine.Cpu;
import dev.quarry.physical.PageState;
import dev.quarry.physical.Pfn;

/**
 * Reads pages of a file before somebody asks for them (mm/readahead.c, 6.18); {@link FileRa} says
 * which. It needs memory that is there: no request of it waits.
 */
public final class ReadAhead {
  private final PageCache cache;
  private final PageCaches all;
  private final PageIndex pages;

  ReadAhead(PageCache cache, PageCaches all, PageIndex pages) {
    this.cache = cache;
    this.all = all;
    this.pages = pages;
  }

  /** Reads what is missing before {@code end}, until it fails: {@code force_page_cache_ra}. */
  public void force(Cpu cpu, long first, long end) {
    read(cpu, new FileRa.Window(first, end - first, 0));
  }

  /** Reads a window as far as the file goes, and marks a page of it: {@code do_page_cache_ra}. */
  void read(Cpu cpu, FileRa.Window window) {
    long first = window.first();
    long count = Math.min(window.pages(), cache.filePages() - first);
    long marked = window.ahead() <= count ? first + count - window.ahead() : -1;
    for (long index = first; index < first + count; index++) {
      int pfn = cache.has(index) ? Pfn.NONE : cache.readOne(cpu, index, PageCache.GFP_AHEAD);
      if (pfn >= 0) {
        if (index == marked) {
          mark(index);
        }
        all.allocator().freePage(cpu, pfn); // the cache has its own reference
      } else if (pfn != Pfn.NONE) {
        return;
      }
    }
  }

  private void mark(long index) {
    synchronized (cache) {
      pages.mark(index, PageIndex.Mark.READAHEAD, pages.get(index) != Pfn.NONE);
    }
  }

  /** Whether a page is marked: PG_readahead, {@code folio_test_readahead}. */
  public boolean isMarked(long index) {
    synchronized (cache) {
      return pages.isMarked(index, PageIndex.Mark.READAHEAD);
    }
  }

  /** Takes the mark away; false if there was none, or the page is being written. */
  boolean takeMark(long index) {
    synchronized (cache) {
      boolean taken =
          pages.isMarked(index, PageIndex.Mark.READAHEAD)
              && (all.map().state(pages.get(index)) & PageState.WRITEBACK) == 0;
      if (taken) {
        pages.mark(index, PageIndex.Mark.READAHEAD, false);
      }
      return taken;
    }
  }

  /** The last missing page at or before an index, at most so far: {@code page_cache_prev_miss}. */
  long missBefore(long index, long most) {
    synchronized (cache) {
      long at = index;
      while (at >= 0 && index - at < most && pages.get(at) != Pfn.NONE) {
        at--;
      }
      return at;
    }
  }

  /** The first missing page at or behind an index, at most so far: {@code page_cache_next_miss}. */
  long missFrom(long index, long most) {
    synchronized (cache) {
      long at = index;
      while (at - index < most && pages.get(at) != Pfn.NONE) {
        at++;
      }
      return at;
    }
  }

  /** A fault wants a page that is missing: reads it and what lies around. */
  public void onFaultMiss(Cpu cpu, FileRa ahead, long index, boolean sequential) {
    read(cpu, ahead.onFaultMiss(this, index, sequential));
  }

  /** A fault found its page: if it is the marked one, the next window is read. */
  public void onFaultHit(Cpu cpu, FileRa ahead, long index) {
    ahead.faultHits(1);
    if (takeMark(index)) {
      read(cpu, ahead.onFaultMark(this, index));
    }
  }
}
