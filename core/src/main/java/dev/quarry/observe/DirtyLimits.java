package dev.quarry.observe;

import dev.quarry.physical.NodeStat;
import dev.quarry.physical.PhysicalMemory;
import dev.quarry.physical.Zone;
import dev.quarry.physical.ZoneStat;

/**
 * How many pages may be dirty before write-back begins and before writers wait: {@code
 * global_dirty_limits} over {@code global_dirtyable_memory} (mm/page-writeback.c, 6.18), with the
 * default {@code vm.dirty_ratio} of 20 and {@code vm.dirty_background_ratio} of 10 percent.
 *
 * @param threshold nr_dirty_threshold in pages
 * @param background nr_dirty_background_threshold in pages
 */
record DirtyLimits(long threshold, long background) {
  private static final int DIRTY_PERCENT = 20;
  private static final int BACKGROUND_PERCENT = 10;

  static DirtyLimits of(PhysicalMemory memory) {
    return ofDirtyable(dirtyable(memory), memory.spec().pageSize());
  }

  /** The limits where {@code dirtyable} pages of {@code pageSize} bytes may become dirty. */
  static DirtyLimits ofDirtyable(long dirtyable, long pageSize) {
    long threshold = share(dirtyable, DIRTY_PERCENT, pageSize);
    long background = share(dirtyable, BACKGROUND_PERCENT, pageSize);
    return new DirtyLimits(threshold, background >= threshold ? threshold / 2 : background);
  }

  /** A ratio is kept in parts of a page's bytes; what that rounds away is lost, as there. */
  private static long share(long dirtyable, int percent, long pageSize) {
    return percent * pageSize / 100 * dirtyable / pageSize;
  }

  private static long dirtyable(PhysicalMemory memory) {
    Sums sums = Sums.of(memory);
    long free = sums.free();
    long pages = free - Math.min(free, TotalReserve.pages(memory));
    pages += sums.stat(NodeStat.NR_INACTIVE_FILE) + sums.stat(NodeStat.NR_ACTIVE_FILE);
    return pages - Math.min(pages, highMem(memory)) + 1;
  }

  /** {@code highmem_dirtyable_memory}: HighMem does not count, as vm.highmem_is_dirtyable is 0. */
  private static long highMem(PhysicalMemory memory) {
    long pages = 0;
    for (Zone zone : memory.zones()) {
      if (zone.isHighMem()) {
        pages += zone.freePages() - Math.min(zone.freePages(), zone.mark(Zone.HIGH));
        pages += zone.stat(ZoneStat.NR_ZONE_INACTIVE_FILE);
        pages += zone.stat(ZoneStat.NR_ZONE_ACTIVE_FILE);
      }
    }
    return pages;
  }
}
