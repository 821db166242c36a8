package dev.quarry.physical;

import java.util.concurrent.atomic.AtomicLong;

/**
 * What a request does when no zone passes at its low mark: wake the background reclaimer, use its
 * rights to the reserves, reclaim and compact if it may wait, fail with a report. Follows {@code
 * __alloc_pages_slowpath} (mm/page_alloc.c, 6.18), without cpusets, which belong to floors above.
 *
 * <pre>
 *   wake kswapd ─► min mark with its rights ─► may it wait? ──no──► fail
 *                                                   │yes
 *                                                   ▼
 *                                             DirectReclaim ──────► fail
 * </pre>
 */
final class SlowPath {
  private final PhysicalMemory memory;
  private final FreelistWalk walk;
  private final DirectReclaim directReclaim;
  private final Reclaimer reclaimer;
  private final FailureReport report;
  private final AtomicLong failures = new AtomicLong();

  SlowPath(
      PhysicalMemory memory, FreelistWalk walk, HighAtomicReserve highAtomic, Reclaimer reclaimer) {
    this.memory = memory;
    this.walk = walk;
    this.directReclaim = new DirectReclaim(memory, walk, highAtomic, reclaimer);
    this.reclaimer = reclaimer;
    this.report = new FailureReport(memory);
  }

  long failures() {
    return failures.get();
  }

  FailureReport report() {
    return report;
  }

  /** Serves a request, or writes the failure report. Returns a frame or {@link Pfn#NONE}. */
  int allocate(Request request) {
    int pfn = tryEverything(request);
    if (pfn == Pfn.NONE) {
      failures.incrementAndGet();
      note(request, "failed");
      report.write(request, "page allocation failure: order:" + request.order);
    }
    return pfn;
  }

  private int tryEverything(Request request) {
    if (request.preferred() == null) {
      note(request, "no zone may serve this request");
      return Pfn.NONE;
    }
    if ((request.gfp & Gfp.KSWAPD_RECLAIM) != 0) {
      wakeAllKswapds(request);
    }
    int pfn = withoutReclaim(request);
    if (pfn != Pfn.NONE) {
      return pfn;
    }
    if (!Gfp.mayBlock(request.gfp) || freesMemory(request)) {
      note(request, "may not wait: no reclaim");
      return Pfn.NONE;
    }
    int flags = allocFlags(request);
    return directReclaim.allocate(request, withoutPolicies(request, flags));
  }

  private int allocFlags(Request request) {
    return memory.rules().allocFlags(request.gfp, request.order)
        | memory.fragmentation().allocFlags();
  }

  /** The walks at the min mark that come before any reclaim, with the request's rights. */
  int withoutReclaim(Request request) {
    int flags = allocFlags(request);
    long nodeMask = request.nodeMask;
    int pfn = walk.walk(request, flags, reclaimer, "slow path");
    if (pfn != Pfn.NONE) {
      return pfn;
    }
    int wider = withoutPolicies(request, flags);
    return wider != flags || request.nodeMask != nodeMask
        ? walk.walk(request, wider, reclaimer, "without policies")
        : Pfn.NONE;
  }

  /**
   * Whether the request is made on the way to freeing memory, with PF_MEMALLOC or __GFP_MEMALLOC:
   * it may use everything, and must not wait for itself.
   */
  private static boolean freesMemory(Request request) {
    boolean says = (request.gfp & Gfp.MEMALLOC) != 0 || request.cpu.isFreeingMemory();
    return says && (request.gfp & Gfp.NOMEMALLOC) == 0;
  }

  /**
   * What a request may do on its second try: one that frees memory may use everything, and
   * nodemasks do not hold back requests for the system itself.
   */
  private int withoutPolicies(Request request, int allocFlags) {
    boolean freesMemory = freesMemory(request);
    boolean dies = mayDie(request);
    if (freesMemory || dies || (allocFlags & AllocFlags.CPUSET) == 0) {
      request.nodeMask = Request.ALL_NODES;
    }
    int kept = allocFlags & (AllocFlags.KSWAPD | AllocFlags.CMA);
    if (freesMemory) {
      return AllocFlags.NO_WATERMARKS | kept;
    }
    return dies ? AllocFlags.OOM | kept : allocFlags;
  }

  /** Who was killed for its memory may use a part of the reserve, so that it can end. */
  private boolean mayDie(Request request) {
    return (request.gfp & Gfp.NOMEMALLOC) == 0 && reclaimer.isVictim(request.cpu);
  }

  private void wakeAllKswapds(Request request) {
    int order = memory.fragmentation().reclaimOrder(request.order, memory.spec().pageblockOrder());
    Node last = null;
    for (Zone zone : request.zonelist) {
      if (zone.node() != last && request.allows(zone.node())) {
        reclaimer.wakeKswapd(zone, request.gfp, order, request.highestZone);
        last = zone.node();
      }
    }
    note(request, "wake kswapd");
  }

  private static void note(Request request, String text) {
    if (request.trail != null) {
      request.trail.add(new TrailStep.Note(text));
    }
  }
}
