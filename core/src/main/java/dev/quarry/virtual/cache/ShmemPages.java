package dev.quarry.virtual.cache;

import dev.quarry.machine.Cpu;
import dev.quarry.physical.MemMap;
import dev.quarry.physical.PageState;
import dev.quarry.physical.Pfn;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.LongConsumer;
import java.util.function.LongPredicate;

/**
 * Pages of shared memory on their way to swap and back: the entries that an xarray of shmem holds
 * in place of pages (mm/shmem.c, 6.18).
 *
 * <pre>
 *   cache ── swapOut ──► swap cache ──► swap           entries: index ─► place in swap
 *     ▲                     │ ▲          │
 *     └────── swapIn ───────┘ └── read ──┘
 * </pre>
 *
 * <p>Equation: a page is in the cache or has an entry, never both. The lock of the cache guards it.
 */
public final class ShmemPages {
  /** The page is not in swap. */
  static final long NONE = 0;

  private final PageCache cache;
  private final PageCaches all;
  private final MemMap map;
  private final TreeMap<Long, Long> entries = new TreeMap<>();

  ShmemPages(PageCache cache, PageCaches all) {
    this.cache = cache;
    this.all = all;
    this.map = all.map();
  }

  long entry(long index) {
    synchronized (cache) {
      return entries.getOrDefault(index, NONE);
    }
  }

  /** Whether a page is in swap. */
  public boolean isSwapped(long index) {
    return entry(index) != NONE;
  }

  /**
   * Makes a page of the swap cache the one of its index: {@code shmem_swapin_folio}.
   *
   * @return false if somebody else was quicker, or works on it
   */
  boolean swapIn(long index, long entry, int pfn) {
    synchronized (cache) {
      if (entry(index) != entry || !all.swap().take(pfn, entry)) {
        return false;
      }
      entries.remove(index);
      map.changeFlags(pfn, PageState.ANON, PageState.DIRTY);
      cache.own(index, pfn);
      return true;
    }
  }

  /**
   * Leaves a page to the swap cache, which has it too, where nobody holds it but both and the
   * caller: {@code shmem_writeout}.
   *
   * @return whether it is the swap cache's alone
   */
  public boolean swapOut(int pfn, long entry) {
    synchronized (cache) {
      if (map.mapping(pfn) != cache.handle() || !map.replaceReferences(pfn, 3, 2)) {
        return false;
      }
      long index = cache.indexOf(pfn);
      all.swap().duplicate(entry);
      entries.put(index, entry);
      cache.leave(index, pfn);
      return true;
    }
  }

  /** Gives up the places in swap of a range. */
  void free(Cpu cpu, long first, long end) {
    Map<Long, Long> range = entries.subMap(first, end);
    range.values().forEach(entry -> all.swap().free(cpu, entry));
    range.clear();
  }

  /** Visits the entries of pages that are in swap. */
  public void forEachEntry(LongConsumer visitor) {
    synchronized (cache) {
      entries.values().forEach(visitor::accept);
    }
  }

  /**
   * Brings pages back whose entries are meant: {@code shmem_unuse}.
   *
   * @return whether all came back
   */
  public boolean bringBack(Cpu cpu, LongPredicate meant) {
    for (long at = next(0); at >= 0; at = next(at + 1)) {
      if (meant.test(entry(at))) {
        int pfn = cache.read(cpu, at, false);
        if (pfn < 0) {
          return false;
        }
        all.allocator().freePage(cpu, pfn);
      }
    }
    return true;
  }

  private long next(long index) {
    synchronized (cache) {
      Long next = entries.ceilingKey(index);
      return next == null ? Pfn.NONE : next;
    }
  }
}
