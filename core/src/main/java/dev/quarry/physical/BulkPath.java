package dev.quarry.physical;

import dev.quarry.machine.Cpu;
import org.jspecify.annotations.Nullable;

/**
 * Many single frames with one test and one visit to the per-CPU lists: {@code
 * alloc_pages_bulk_noprof} (mm/page_alloc.c, 6.18).
 */
final class BulkPath {
  private final PhysicalMemory memory;
  private final PageAllocator allocator;
  private final FreelistWalk walk;

  BulkPath(PhysicalMemory memory, PageAllocator allocator, FreelistWalk walk) {
    this.memory = memory;
    this.allocator = allocator;
    this.walk = walk;
  }

  /**
   * Allocates up to {@code count} frames from the first zones of a node's zonelist; only one where
   * these are not well above their low marks.
   *
   * @param node whose zonelist is used
   * @param nodeMask a bit for each node that may serve the request
   * @param pfns receives the frames from index {@code from} on
   * @return how many there are
   */
  int allocate(Cpu cpu, int node, long nodeMask, int gfp, int[] pfns, int from, int count) {
    Request request = allocator.request(cpu, node, nodeMask, gfp, 0, null);
    boolean many = count > 1 && walk.usesPcp(0) && !allocator.isMadeToFail(gfp);
    Zone zone = many ? zone(request, count) : null;
    int got = zone == null ? 0 : fromLists(request, zone, pfns, from, count);
    if (got == 0 && count > 0) {
      int pfn = allocator.allocPagesNode(cpu, node, nodeMask, gfp, 0, null);
      if (pfn != Pfn.NONE) {
        pfns[from] = pfn;
        got = 1;
      }
    }
    return got;
  }

  /** The first zone of the nearest node that stays above its low mark by {@code pages}. */
  private @Nullable Zone zone(Request request, int pages) {
    Zone preferred = request.preferred();
    for (Zone zone : request.zonelist) {
      if (preferred == null || zone.node() != preferred.node()) {
        continue;
      }
      long mark = zone.mark(Zone.LOW) + pages;
      if (memory.watermark().ok(zone, 0, mark, preferred.index(), flags(request))) {
        return zone;
      }
    }
    return null;
  }

  /** A bulk request may mix mobilities at once: it has no ALLOC_NOFRAGMENT. */
  private int fromLists(Request request, Zone zone, int[] pfns, int from, int count) {
    PerCpuPages pcp = zone.pcp(request.cpu.id());
    int flags = flags(request);
    int got = 0;
    while (got < count) {
      int pfn = pcp.take(0, request.migrateType, flags);
      if (pfn == Pfn.NONE) {
        break;
      }
      pcp.allocatedPages++;
      pcp.numaHit++;
      PageAllocator.countLocality(pcp, zone, request.cpu);
      pfns[from + got++] = allocator.prepare(pfn, 0, request.gfp);
    }
    return got;
  }

  private static int flags(Request request) {
    boolean movable = Gfp.migrateType(request.gfp) == MigrateType.MOVABLE;
    return movable ? AllocFlags.WMARK_LOW | AllocFlags.CMA : AllocFlags.WMARK_LOW;
  }
}
