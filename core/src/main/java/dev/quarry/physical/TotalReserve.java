package dev.quarry.physical;

/**
 * {@code totalreserve_pages}: what user space should not count on, because zones keep it back or
 * reclaim defends it. Formula of {@code calculate_totalreserve_pages} (mm/page_alloc.c, 6.18):
 *
 * <pre>
 *   sum over zones of min(managed, high mark + the largest entry of lowmem_reserve)
 * </pre>
 *
 * <p>The kernel computes it when it sets the marks, which are not boosted then.
 */
public final class TotalReserve {
  private TotalReserve() {}

  /** In pages. */
  public static long pages(PhysicalMemory memory) {
    long total = 0;
    for (Zone zone : memory.zones()) {
      long largest = 0;
      for (int index = zone.index(); index < memory.spec().zones().size(); index++) {
        largest = Math.max(largest, zone.lowmemReserve(index));
      }
      total += Math.min(zone.managed(), zone.unboostedMark(Zone.HIGH) + largest);
    }
    return total;
  }
}
