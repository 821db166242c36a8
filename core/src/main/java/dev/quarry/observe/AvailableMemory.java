package dev.quarry.observe;

import dev.quarry.physical.NodeStat;
import dev.quarry.physical.PhysicalMemory;
import dev.quarry.physical.TotalReserve;
import dev.quarry.physical.Zone;

/**
 * How much memory a new program can get without swapping: MemAvailable, the formula of {@code
 * si_mem_available} (mm/show_mem.c, 6.18). All in pages.
 *
 * <pre>
 *   free - total reserve
 *     + file pages  - min(file pages / 2, sum of low marks)
 *     + reclaimable - min(reclaimable / 2, sum of low marks)
 * </pre>
 *
 * @param free free pages
 * @param totalReserve of {@link TotalReserve}
 * @param lowMarks low marks of all zones, boost included
 * @param filePages file pages on the LRU lists
 * @param reclaimable slab and other kernel memory that shrinkers can free
 */
record AvailableMemory(
    long free, long totalReserve, long lowMarks, long filePages, long reclaimable) {
  static AvailableMemory of(PhysicalMemory memory) {
    Sums sums = Sums.of(memory);
    return new AvailableMemory(
        sums.free(),
        TotalReserve.pages(memory),
        memory.zones().stream().mapToLong(zone -> zone.mark(Zone.LOW)).sum(),
        sums.stat(NodeStat.NR_ACTIVE_FILE) + sums.stat(NodeStat.NR_INACTIVE_FILE),
        sums.stat(NodeStat.NR_SLAB_RECLAIMABLE) + sums.stat(NodeStat.NR_KERNEL_MISC_RECLAIMABLE));
  }

  long pages() {
    return Math.max(0, free - totalReserve + beyondMarks(filePages) + beyondMarks(reclaimable));
  }

  private long beyondMarks(long pages) {
    return pages - Math.min(pages / 2, lowMarks);
  }
}
