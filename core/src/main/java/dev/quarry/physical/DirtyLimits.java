package dev.quarry.physical;

/**
 * How many pages may be dirty before write-back begins and before writers wait: {@code
 * global_dirty_limits} over {@code global_dirtyable_memory} (mm/page-writeback.c, 6.18).
 *
 * @param threshold nr_dirty_threshold in pages
 * @param background nr_dirty_background_threshold in pages
 */
public record DirtyLimits(long threshold, long background) {
  /** The limits of a machine as it is now. */
  public static DirtyLimits of(PhysicalMemory memory) {
    return ofDirtyable(dirtyable(memory), memory.spec().pageSize(), memory.dirtySettings());
  }

  /** The limits where {@code dirtyable} pages of {@code pageSize} bytes may become dirty. */
  public static DirtyLimits ofDirtyable(long dirtyable, long pageSize, DirtySettings settings) {
    long threshold = limit(dirtyable, pageSize, settings, "dirty_bytes", "dirty_ratio");
    long background =
        limit(dirtyable, pageSize, settings, "dirty_background_bytes", "dirty_background_ratio");
    return new DirtyLimits(threshold, background >= threshold ? threshold / 2 : background);
  }

  /** Bytes if they are set; a ratio is kept in parts of a page, what that rounds away is lost. */
  private static long limit(
      long dirtyable, long pageSize, DirtySettings settings, String bytesName, String ratioName) {
    long bytes = settings.get(bytesName);
    return bytes > 0
        ? (bytes + pageSize - 1) / pageSize
        : settings.get(ratioName) * pageSize / 100 * dirtyable / pageSize;
  }

  private static long dirtyable(PhysicalMemory memory) {
    long free = 0;
    for (Zone zone : memory.zones()) {
      free += zone.freePages();
    }
    long pages = free - Math.min(free, TotalReserve.pages(memory));
    for (Node node : memory.nodes()) {
      pages += node.stat(NodeStat.NR_INACTIVE_FILE) + node.stat(NodeStat.NR_ACTIVE_FILE);
    }
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
