package dev.quarry.physical;

import java.util.concurrent.atomic.AtomicLong;

/**
 * What a request does when no zone passes at its low mark: wake the background reclaimer, use its
 * rights to the reserves, reclaim and compact if it may wait, try again, fail with a report.
 * Follows {@code __alloc_pages_slowpath} (mm/page_alloc.c, 6.18), without cpusets and the OOM
 * killer, which belong to floors above.
 *
 * <pre>
 *   wake kswapd ─► min mark with its rights ─► may it wait? ──no──► fail
 *                                                   │yes
 *                        ┌──────────────────────────┘
 *                        ▼
 *                 reclaim, compact ─► try ─► progress and worth a retry? ──yes──► again
 *                                                   │no
 *                                                   ▼
 *                              drain per-CPU lists, give back high-atomic blocks,
 *                              try once more ─► fail
 * </pre>
 */
final class SlowPath {
  /** MAX_RECLAIM_RETRIES. */
  private static final int MAX_RETRIES = 16;

  private static final int COSTLY_ORDER = 3;

  private final PhysicalMemory memory;
  private final FreelistWalk walk;
  private final HighAtomicReserve highAtomic;
  private final Reclaimer reclaimer;
  private final FailureReport report;
  private final AtomicLong failures = new AtomicLong();

  SlowPath(
      PhysicalMemory memory, FreelistWalk walk, HighAtomicReserve highAtomic, Reclaimer reclaimer) {
    this.memory = memory;
    this.walk = walk;
    this.highAtomic = highAtomic;
    this.reclaimer = reclaimer;
    this.report = new FailureReport(memory);
  }

  long failures() {
    return failures.get();
  }

  /** Serves a request, or writes the failure report. Returns a frame or {@link Pfn#NONE}. */
  int allocate(Request request) {
    int pfn = tryEverything(request);
    if (pfn == Pfn.NONE) {
      failures.incrementAndGet();
      note(request, "failed");
      if ((request.gfp & Gfp.NOWARN) == 0) {
        report.write(request.gfp, request.order, request.highestZone, request.cpu);
      }
    }
    return pfn;
  }

  private int tryEverything(Request request) {
    int flags = memory.rules().allocFlags(request.gfp, request.order);
    long nodeMask = request.nodeMask;
    if (request.preferred() == null) {
      note(request, "no zone may serve this request");
      return Pfn.NONE;
    }
    if ((request.gfp & Gfp.KSWAPD_RECLAIM) != 0) {
      wakeAllKswapds(request);
    }
    int pfn = walk.walk(request, flags, reclaimer, "slow path");
    if (pfn != Pfn.NONE) {
      return pfn;
    }
    int wider = withoutPolicies(request, flags);
    if (wider != flags || request.nodeMask != nodeMask) {
      flags = wider;
      pfn = walk.walk(request, flags, reclaimer, "without policies");
    }
    boolean mayWait = Gfp.mayBlock(request.gfp) && (request.gfp & Gfp.MEMALLOC) == 0;
    if (pfn != Pfn.NONE || !mayWait) {
      if (pfn == Pfn.NONE) {
        note(request, "may not wait: no reclaim");
      }
      return pfn;
    }
    return reclaimAndRetry(request, flags);
  }

  /**
   * What a request may do on its second try: one that frees memory may use everything, and
   * nodemasks do not hold back requests for the system itself.
   */
  private static int withoutPolicies(Request request, int allocFlags) {
    boolean freesMemory = (request.gfp & (Gfp.MEMALLOC | Gfp.NOMEMALLOC)) == Gfp.MEMALLOC;
    if (freesMemory || (allocFlags & AllocFlags.CPUSET) == 0) {
      request.nodeMask = Request.ALL_NODES;
    }
    int kept = allocFlags & (AllocFlags.KSWAPD | AllocFlags.CMA);
    return freesMemory ? AllocFlags.NO_WATERMARKS | kept : allocFlags;
  }

  private void wakeAllKswapds(Request request) {
    Node last = null;
    for (Zone zone : request.zonelist) {
      if (zone.node() != last && request.allows(zone.node())) {
        reclaimer.wakeKswapd(zone, request.gfp, request.order, request.highestZone);
        last = zone.node();
      }
    }
    note(request, "wake kswapd");
  }

  private int reclaimAndRetry(Request request, int flags) {
    Zone preferred = request.preferred();
    for (int noProgress = 0; preferred != null && noProgress <= MAX_RETRIES; ) {
      memory.countAllocStall(request.highestZone);
      long progress = reclaimer.reclaim(request.gfp, request.order, preferred);
      boolean compacted =
          request.order > 0 && reclaimer.compact(request.gfp, request.order, preferred);
      note(request, "direct reclaim: " + progress + " pages" + (compacted ? ", compacted" : ""));
      if (progress == 0 && !compacted) {
        break;
      }
      int pfn = walk.walk(request, flags, reclaimer, "after reclaim");
      if (pfn != Pfn.NONE) {
        return pfn;
      }
      boolean costly = request.order > COSTLY_ORDER;
      if ((request.gfp & Gfp.NORETRY) != 0 || (costly && (request.gfp & Gfp.RETRY_MAYFAIL) == 0)) {
        break;
      }
      noProgress = progress > 0 && !costly ? 0 : noProgress + 1;
    }
    return lastAttempt(request, flags);
  }

  /** Collects what lies about: per-CPU lists and reserved pageblocks. */
  private int lastAttempt(Request request, int flags) {
    for (dev.quarry.machine.Cpu cpu : memory.cpus()) {
      drain(cpu);
    }
    highAtomic.unreserve(request.zonelist, request.migrateType, true);
    note(request, "drain per-CPU lists, give back a high-atomic pageblock");
    int pfn = walk.walk(request, flags, reclaimer, "last attempt");
    if (pfn == Pfn.NONE && (request.gfp & Gfp.NOFAIL) != 0) {
      // The kernel would loop here; without anything to wait for, the reserve is all there is.
      pfn = walk.walk(request, flags | AllocFlags.MIN_RESERVE, reclaimer, "must not fail");
    }
    return pfn;
  }

  private void drain(dev.quarry.machine.Cpu cpu) {
    if (cpu.isHeldElsewhere()) {
      cpu.requestDrain();
      return;
    }
    for (Zone zone : memory.zones()) {
      if (zone.isPopulated()) {
        zone.pcp(cpu.id()).drainAll();
      }
    }
  }

  private static void note(Request request, String text) {
    if (request.trail != null) {
      request.trail.add(new TrailStep.Note(text));
    }
  }
}
