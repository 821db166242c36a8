package dev.quarry.virtual.cache;

import dev.quarry.machine.Cpu;
import dev.quarry.physical.PageState;
import dev.quarry.physical.Pfn;
import java.io.IOException;
import java.lang.foreign.MemorySegment;

/** Takes pages of a file out of its cache, and changes its size (mm/truncate.c, 6.18). */
public final class Truncation {
  private final PageCache cache;
  private final PageCaches all;
  private final PageIndex pages;

  Truncation(PageCache cache, PageCaches all, PageIndex pages) {
    this.cache = cache;
    this.all = all;
    this.pages = pages;
  }

  /**
   * Sets the file's size. Pages behind it stay until {@link #removeFrom}; new faults do not find
   * them. What a mapping stored behind the end of the last page is not seen when a file grows, but
   * for shared memory, which zeroes it only when it is cut: {@code pagecache_isize_extended},
   * {@code shmem_undo_range}.
   *
   * @return 0, {@link PageCache#IO_ERROR} or {@link PageCache#NO_SPACE}
   */
  public int resize(Cpu cpu, long bytes) {
    int last = bringTail(cpu, bytes);
    try {
      synchronized (cache) {
        long before = cache.store().size();
        all.disk().truncate(cache, before, bytes);
        if (bytes <= before || !cache.isShmem()) {
          zeroTail(Math.min(before, bytes));
        }
        return 0;
      }
    } catch (IOException e) {
      return HostError.code(e);
    } finally {
      if (last >= 0) {
        all.allocator().freePage(cpu, last);
      }
    }
  }

  /** Makes the file longer if it is not; 0 or what {@link #resize} says. */
  int grow(Cpu cpu, long bytes) {
    synchronized (cache) {
      return bytes > cache.bytes() ? resize(cpu, bytes) : 0;
    }
  }

  /**
   * What made the file longer could not be written: it has its size before again, unless others
   * wrote behind it meanwhile: {@code ext4_truncate_failed_write}.
   */
  void shrinkBack(Cpu cpu, long before, long grown) {
    if (before >= grown) {
      return;
    }
    all.lru().drain(cpu); // new pages wait to come to their lists
    synchronized (cache) {
      if (cache.bytes() != grown) {
        return;
      }
      try {
        all.disk().truncate(cache, grown, before);
      } catch (IOException e) {
        return; // it has bytes of 0 at its end
      }
      long first = (before + PageCache.PAGE - 1) >>> PageCache.SHIFT;
      for (long at = pages.next(first); at >= 0; at = pages.next(at + 1)) {
        long state = all.map().state(pages.get(at));
        if (PageState.refcount(state) == cache.buffers().ownReferences(pages.get(at))) {
          remove(cpu, at);
        }
      }
    }
  }

  /** A page in swap that is about to be cut, with a reference so that it stays; or a negative. */
  private int bringTail(Cpu cpu, long bytes) {
    long index = bytes >>> PageCache.SHIFT;
    boolean cuts = bytes < cache.bytes() && (bytes & (PageCache.PAGE - 1)) != 0;
    return cuts && cache.shmem().isSwapped(index) ? cache.read(cpu, index) : Pfn.NONE;
  }

  private void zeroTail(long end) {
    long tail = end & (PageCache.PAGE - 1);
    int last = tail == 0 ? Pfn.NONE : pages.get(end >>> PageCache.SHIFT);
    if (last != Pfn.NONE) {
      cache.bytes(last, PageCache.PAGE).asSlice(tail).fill((byte) 0);
      cache.markDirty(last);
    }
  }

  /**
   * Makes a hole: a range of the file reads as zeros, and its pages go, which nobody maps any more:
   * {@code fallocate(FALLOC_FL_PUNCH_HOLE)}.
   *
   * @return false if the host refuses
   */
  public boolean punch(Cpu cpu, long first, long end) {
    synchronized (cache) {
      removeFrom(cpu, first, end);
      try {
        MemorySegment zeros = MemorySegment.ofArray(new byte[(int) PageCache.PAGE]);
        long size = cache.isShmem() ? 0 : cache.store().size();
        for (long index = first; index < end && index << PageCache.SHIFT < size; index++) {
          long at = index << PageCache.SHIFT;
          cache.store().write(at, zeros.asSlice(0, Math.min(PageCache.PAGE, size - at)));
        }
        return true;
      } catch (IOException e) {
        return false;
      }
    }
  }

  /** Gives up pages of a range that nobody maps any more: {@code truncate_inode_pages_range}. */
  public void removeFrom(Cpu cpu, long first, long end) {
    synchronized (cache) {
      for (long at = pages.next(first); at >= 0 && at < end; at = pages.next(at + 1)) {
        remove(cpu, at);
      }
      cache.shmem().free(cpu, first, end);
      if (end == Long.MAX_VALUE) {
        pages.dropShadows(first);
      }
    }
  }

  private void remove(Cpu cpu, long index) {
    int pfn = pages.get(index);
    cache.writeBack().forget(pfn);
    cache.buffers().drop(cpu, pfn);
    cache.leave(index, pfn);
    all.allocator().freePage(cpu, pfn);
  }

  /** Gives up clean pages of a range that nobody holds: {@code invalidate_mapping_pages}. */
  public long drop(Cpu cpu, long first, long end) {
    if (cache.isShmem()) {
      return 0;
    }
    synchronized (cache) {
      long before = cache.nrPages();
      for (long at = pages.next(first); at >= 0 && at < end; at = pages.next(at + 1)) {
        int pfn = pages.get(at);
        long state = all.map().state(pfn);
        boolean busy = (state & (PageState.DIRTY | PageState.WRITEBACK)) != 0;
        if (!busy && PageState.refcount(state) == cache.buffers().ownReferences(pfn)) {
          remove(cpu, at);
        }
      }
      return before - cache.nrPages();
    }
  }
}
