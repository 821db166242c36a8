package dev.quarry.physical;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A request that asks what the allocator would do, on a machine that somebody else keeps: {@code
 * get_page_from_freelist} (mm/page_alloc.c, 6.18) over the whole zonelist, or zone by zone, where
 * an ordinary request ends at the first zone that serves it. Nothing is reclaimed and no report is
 * written. What was taken stays taken.
 */
public final class AllocTrial {
  private final FreelistWalk walk;
  private final SlowPath slowPath;
  private final Request request;
  private final int slowFlags;

  AllocTrial(PhysicalMemory memory, FreelistWalk walk, SlowPath slowPath, Request request) {
    this.walk = walk;
    this.slowPath = slowPath;
    this.request = request;
    this.slowFlags = memory.rules().allocFlags(request.gfp, request.order);
  }

  /** The zones of the request's zonelist, in their order; the nodemask may forbid some. */
  public List<Zone> zonelist() {
    return List.of(request.zonelist);
  }

  /** Whether the nodemask allows a zone's node. */
  public boolean allows(Zone zone) {
    return request.allows(zone.node());
  }

  /**
   * Walks the zonelist at the low mark, then at the min mark with the request's rights.
   *
   * @return a block's frame, or {@link Pfn#NONE}
   */
  public int walk() {
    if (request.preferred() == null) {
      return Pfn.NONE;
    }
    int pfn = walk.first(request, Reclaimer.NONE);
    return pfn != Pfn.NONE ? pfn : slowPath.withoutReclaim(request);
  }

  /** One zone's test at the min mark, with the rights of the slow path. It takes nothing. */
  public TrailStep.Test testAtMin(Zone zone) {
    return walk.test(request, zone, preferred(zone), slowFlags);
  }

  /**
   * One zone's test at the high mark and without rights, as the last attempt before an OOM kill
   * makes it ({@code __alloc_pages_may_oom}). It takes nothing.
   */
  public TrailStep.Test testAtHigh(Zone zone) {
    return walk.test(request, zone, preferred(zone), AllocFlags.WMARK_HIGH | AllocFlags.CPUSET);
  }

  /**
   * Takes a block from one zone with the rights of the slow path, without a test.
   *
   * @return its frame, or {@link Pfn#NONE}
   */
  public int takeFrom(Zone zone) {
    return walk.takeFrom(request, zone, slowFlags, preferred(zone), Reclaimer.NONE);
  }

  private Zone preferred(Zone asked) {
    @Nullable Zone preferred = request.preferred();
    return preferred == null ? asked : preferred;
  }
}
