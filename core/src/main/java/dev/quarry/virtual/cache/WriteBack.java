package dev.quarry.virtual.cache;

import dev.quarry.machine.Cpu;
import dev.quarry.physical.MemMap;
import dev.quarry.physical.NodeStat;
import dev.quarry.physical.PageState;
import dev.quarry.physical.VmEvent;
import java.io.IOException;

/**
 * A file's way from dirty to clean: {@code write_cache_pages}, {@code folio_start_writeback},
 * {@code folio_end_writeback} (mm/page-writeback.c, mm/filemap.c, 6.18).
 *
 * <pre>
 *   dirty ──written──► under write-back ──the disk is done──► clean
 *     ▲                      │ written again meanwhile: both
 *     └── the host refuses ──┘ the page stays dirty, the error waits for each opener
 * </pre>
 *
 * <p>Equations: pages that say DIRTY == nrDirty == marked pages; that say WRITEBACK == nrWriteback.
 * The cache's lock guards all of it.
 */
final class WriteBack {
  private final PageCache cache;
  private final PageCaches all;
  private final PageIndex pages;
  private final MemMap map;
  private final ErrSeq errors = new ErrSeq();
  private long nrDirty;
  private long nrWriteback;
  private long dirtiedNanos;
  private long cursor;

  WriteBack(PageCache cache, PageCaches all, PageIndex pages) {
    this.cache = cache;
    this.all = all;
    this.pages = pages;
    this.map = all.map();
  }

  ErrSeq errors() {
    return errors;
  }

  long nrDirty() {
    return nrDirty;
  }

  long nrWriteback() {
    return nrWriteback;
  }

  /** When the file became dirty that was clean before: {@code dirtied_when}. */
  long dirtiedNanos() {
    synchronized (cache) {
      return dirtiedNanos;
    }
  }

  void failed(IOException e) {
    errors.set(HostError.errno(e));
  }

  private boolean is(int pfn, int flag) {
    return (PageState.flags(map.state(pfn)) & flag) != 0;
  }

  private boolean isMine(int pfn) {
    return !cache.isShmem() && map.mapping(pfn) == cache.handle();
  }

  void markDirty(int pfn) {
    if (is(pfn, PageState.DIRTY)) {
      return;
    }
    map.changeFlags(pfn, 0, PageState.DIRTY);
    if (isMine(pfn)) {
      pages.mark(cache.indexOf(pfn), PageIndex.Mark.DIRTY, true);
      all.buffers().dirty(pfn, true);
      if (nrDirty++ == 0) {
        dirtiedNanos = all.clock().nanos();
      }
      all.counts().add(pfn, NodeStat.NR_DIRTY, 1);
      all.counts().add(pfn, NodeStat.NR_DIRTIED, 1);
      all.throttle().dirtied();
    }
  }

  private void clean(int pfn) {
    if (is(pfn, PageState.DIRTY)) {
      map.changeFlags(pfn, PageState.DIRTY, 0);
      if (isMine(pfn)) {
        pages.mark(cache.indexOf(pfn), PageIndex.Mark.DIRTY, false);
        all.buffers().dirty(pfn, false);
        nrDirty--;
        all.counts().add(pfn, NodeStat.NR_DIRTY, -1);
      }
    }
  }

  /** A page leaves the cache, written or not. */
  void forget(int pfn) {
    clean(pfn);
    if (is(pfn, PageState.WRITEBACK)) {
      ended(pfn);
    }
    map.changeFlags(pfn, PageState.RECLAIM, 0);
  }

  /**
   * Writes dirty pages of a range. A page that fails does not keep others from being written.
   *
   * @param end one past the last
   * @param wait whether pages are waited for that are being written (WB_SYNC_ALL), or left out
   * @return pages that were written
   */
  long write(Cpu cpu, long first, long end, long most, boolean wait) {
    synchronized (cache) {
      long written = 0;
      long at = pages.nextMarked(first, PageIndex.Mark.DIRTY);
      while (at >= 0 && at < end && written < most) {
        int pfn = pages.get(at);
        if (wait && is(pfn, PageState.WRITEBACK)) {
          ended(pfn);
        }
        if (!is(pfn, PageState.WRITEBACK) && writeOne(cpu, at, pfn)) {
          written++;
        }
        cursor = at + 1;
        at = pages.nextMarked(at + 1, PageIndex.Mark.DIRTY);
      }
      return written;
    }
  }

  /** The flusher's share, from where it was the last time, round about: {@code writeback_index}. */
  long writeSome(Cpu cpu, long most) {
    synchronized (cache) {
      long from = cursor;
      long written = write(cpu, from, Long.MAX_VALUE, most, false);
      return written < most ? written + write(cpu, 0, from, most - written, false) : written;
    }
  }

  private boolean writeOne(Cpu cpu, long index, int pfn) {
    boolean clean = all.cleaner().clean(cpu, pfn);
    try {
      long length = Math.min(PageCache.PAGE, cache.store().size() - (index << PageCache.SHIFT));
      if (length <= 0) {
        clean(pfn); // another program made the file shorter
        return false;
      }
      long done = all.disk().write(cache, index, cache.bytes(pfn, length));
      all.memory().events().count(cpu.id(), VmEvent.PGPGOUT, PageCache.SECTORS);
      if (clean) {
        clean(pfn);
      }
      begin(cpu, index, pfn, done);
      return clean;
    } catch (IOException e) {
      failed(e);
      return false;
    }
  }

  private void begin(Cpu cpu, long index, int pfn, long doneNanos) {
    map.changeFlags(pfn, 0, PageState.WRITEBACK);
    nrWriteback++;
    all.counts().add(pfn, NodeStat.NR_WRITEBACK, 1);
    if (doneNanos <= all.clock().nanos()) {
      arrived(cpu, pfn);
    } else {
      all.disk().add(new Disk.Flight(cache, index, pfn, doneNanos));
    }
  }

  /** The disk is done with a page, if it is there still. */
  void arrived(Cpu cpu, Disk.Flight flight) {
    synchronized (cache) {
      if (pages.get(flight.index()) == flight.pfn() && is(flight.pfn(), PageState.WRITEBACK)) {
        arrived(cpu, flight.pfn());
      }
    }
  }

  private void arrived(Cpu cpu, int pfn) {
    ended(pfn);
    if (is(pfn, PageState.RECLAIM)) {
      map.changeFlags(pfn, PageState.RECLAIM, 0);
      all.lru().rotate(cpu, pfn);
    }
  }

  private void ended(int pfn) {
    map.changeFlags(pfn, PageState.WRITEBACK, 0);
    nrWriteback--;
    all.counts().add(pfn, NodeStat.NR_WRITEBACK, -1);
    all.counts().add(pfn, NodeStat.NR_WRITTEN, 1);
  }
}
