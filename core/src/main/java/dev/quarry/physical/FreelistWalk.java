package dev.quarry.physical;

import dev.quarry.machine.ZoneType;

/**
 * The walk over a request's zonelist, looking for a zone that passes its test and has a block:
 * {@code get_page_from_freelist} and {@code rmqueue} (mm/page_alloc.c, 6.18). Without cpusets,
 * dirty limits and node reclaim, which belong to floors above.
 */
final class FreelistWalk {
  private final PhysicalMemory memory;
  private final Watermark watermark;
  private final HighAtomicReserve highAtomic;
  private final Fallback fallback;
  private final int pcpMaxOrder;
  private final int pcpHugeOrder;
  private final boolean pcpEnabled;

  FreelistWalk(PhysicalMemory memory, HighAtomicReserve highAtomic) {
    this.memory = memory;
    this.watermark = memory.watermark();
    this.highAtomic = highAtomic;
    this.fallback = new Fallback(memory);
    this.pcpMaxOrder = memory.pcpMaxOrder();
    this.pcpHugeOrder = memory.pcpHugeOrder();
    this.pcpEnabled = memory.spec().sysctls().percpuLists();
  }

  /** Whether blocks of an order go through per-CPU lists: {@code pcp_allowed_order}. */
  boolean usesPcp(int order) {
    return pcpEnabled && (order <= pcpMaxOrder || order == pcpHugeOrder);
  }

  /**
   * Walks the zonelist, once more without NOFRAGMENT when that kept it from everything; with {@code
   * defrag_mode} reclaim and compaction come before that.
   *
   * @param name what the trail calls this walk
   * @return a block's frame, or {@link Pfn#NONE}
   */
  int walk(Request request, int allocFlags, Reclaimer reclaimer, String name) {
    int flags = allocFlags;
    boolean skipBusyNodes = memory.nodes().size() > 1;
    while (true) {
      note(request, flags, name);
      Outcome outcome = onePass(request, flags, reclaimer, skipBusyNodes);
      if (outcome.pfn != Pfn.NONE) {
        return outcome.pfn;
      }
      if (outcome.skippedBusyNode) {
        skipBusyNodes = false;
      } else if ((flags & AllocFlags.NOFRAGMENT) != 0 && !memory.fragmentation().defragMode()) {
        flags &= ~AllocFlags.NOFRAGMENT;
      } else {
        return Pfn.NONE;
      }
    }
  }

  /** The first walk of a request, at the low mark. */
  int first(Request request, Reclaimer reclaimer) {
    int flags = AllocFlags.WMARK_LOW | firstPassFlags(request);
    return walk(request, flags, reclaimer, "fast path");
  }

  /** {@code alloc_flags_nofragment}: from Normal, spread to DMA32 before mixing mobilities. */
  private int firstPassFlags(Request request) {
    int flags = request.gfp & Gfp.KSWAPD_RECLAIM;
    if (Gfp.migrateType(request.gfp) == MigrateType.MOVABLE) {
      flags |= AllocFlags.CMA;
    }
    if (memory.fragmentation().defragMode()) {
      return flags | AllocFlags.NOFRAGMENT;
    }
    Zone preferred = request.preferred();
    if (!memory.rules().avoidFragmentation() || preferred == null) {
      return flags;
    }
    int below = preferred.index() - 1;
    boolean spreads =
        preferred.type() == ZoneType.NORMAL
            && below >= 0
            && preferred.node().zone(below).type() == ZoneType.DMA32
            && (memory.nodes().size() == 1 || preferred.node().zone(below).isPopulated());
    return spreads ? flags | AllocFlags.NOFRAGMENT : flags;
  }

  private record Outcome(int pfn, boolean skippedBusyNode) {
    static final Outcome NOTHING = new Outcome(Pfn.NONE, false);
    static final Outcome SKIPPED = new Outcome(Pfn.NONE, true);
  }

  private Outcome onePass(Request request, int flags, Reclaimer reclaimer, boolean skipBusyNodes) {
    Zone preferred = request.preferred();
    boolean skipped = false;
    for (Zone zone : request.zonelist) {
      if (preferred == null || !request.allows(zone.node())) {
        skip(request, zone, "its node is not allowed");
        continue;
      }
      boolean remote = zone.node() != preferred.node();
      boolean spreads = (flags & AllocFlags.NOFRAGMENT) != 0;
      if (spreads && remote && !memory.fragmentation().defragMode()) {
        // A local fallback is better than a remote page: again, and this time it may fragment.
        return Outcome.NOTHING;
      }
      if (skipBusyNodes && reclaimer.isKswapdRunning(zone.node())) {
        skip(request, zone, "its kswapd is at work");
        skipped = true;
        continue;
      }
      if (passes(request, zone, flags, preferred)) {
        int pfn = takeFrom(request, zone, flags, preferred, reclaimer);
        if (pfn != Pfn.NONE) {
          return new Outcome(pfn, false);
        }
        countFailure(zone);
        if (request.trail != null) {
          request.trail.add(new TrailStep.Empty(zone, request.order));
        }
      }
    }
    return skipped ? Outcome.SKIPPED : Outcome.NOTHING;
  }

  private static void countFailure(Zone zone) {
    zone.lock.lock();
    zone.events.failures++;
    zone.lock.unlock();
  }

  private boolean passes(Request request, Zone zone, int flags, Zone preferred) {
    int reserveIndex = reserveIndex(request, preferred);
    if (!zone.belowHigh && memory.rules().pcpAutoTune()) {
      if (watermark.fast(zone, request.order, Zone.HIGH, reserveIndex, flags)) {
        trace(request, zone, Zone.HIGH, reserveIndex, flags, true);
        return true;
      }
      zone.belowHigh(true);
    }
    if ((flags & AllocFlags.NO_WATERMARKS) != 0) {
      tell(request, zone + ": watermarks do not count for this request");
      return true;
    }
    int which = flags & AllocFlags.WMARK_MASK;
    boolean passed = watermark.fast(zone, request.order, which, reserveIndex, flags);
    trace(request, zone, which, reserveIndex, flags, passed);
    return passed;
  }

  /** Which entry of {@code lowmem_reserve} counts for a request. */
  int reserveIndex(Request request, Zone preferred) {
    return memory.rules().reserveByHighestZone() ? request.highestZone : preferred.index();
  }

  /** Takes a block from a zone that passed: {@code rmqueue}. */
  int takeFrom(Request request, Zone zone, int flags, Zone preferred, Reclaimer reclaimer) {
    PerCpuPages pcp = zone.pcp(request.cpu.id());
    int pfn = Pfn.NONE;
    if (usesPcp(request.order)) {
      pfn = takePcp(request, zone, pcp, flags);
    }
    if (pfn == Pfn.NONE) {
      pfn = takeBuddy(request, zone, flags);
    }
    if ((flags & AllocFlags.KSWAPD) != 0 && zone.boostedWatermark) {
      zone.boostedWatermark = false;
      zone.updatePlenty();
      reclaimer.wakeKswapd(zone, 0, 0, zone.index());
    }
    if (pfn == Pfn.NONE) {
      return pfn;
    }
    request.ignoredMarks = (flags & AllocFlags.NO_WATERMARKS) != 0;
    pcp.allocatedPages += 1L << request.order;
    countNuma(request, zone, preferred);
    if ((flags & AllocFlags.HIGHATOMIC) != 0 && memory.rules().highAtomicReserve()) {
      highAtomic.reserve(zone, pfn, request.order);
    }
    return pfn;
  }

  private int takePcp(Request request, Zone zone, PerCpuPages pcp, int flags) {
    Trail trail = request.trail;
    if (trail == null) {
      return pcp.take(request.order, request.migrateType, flags);
    }
    Before before = new Before(zone);
    int pfn = pcp.take(request.order, request.migrateType, flags);
    before.traceFallback(trail, request.migrateType);
    if (pfn != Pfn.NONE) {
      long refill = zone.events.refillPages - before.refillPages;
      trail.add(new TrailStep.TookPerCpu(zone, request.cpu.id(), pfn, request.order, refill));
    }
    return pfn;
  }

  /** Takes a block from the zone's lists: {@code rmqueue_buddy}. */
  private int takeBuddy(Request request, Zone zone, int flags) {
    Before before = new Before(zone);
    int order = request.order;
    int pfn = Pfn.NONE;
    zone.lock.lock();
    try {
      zone.events.lockings++;
      if ((flags & AllocFlags.HIGHATOMIC) != 0) {
        pfn = zone.buddy.takeSmallest(order, MigrateType.HIGHATOMIC);
      }
      if (pfn == Pfn.NONE) {
        pfn = fallback.new Search(zone, flags).take(order, request.migrateType);
      }
      if (pfn == Pfn.NONE && (flags & memory.rules().lastResortRights()) != 0) {
        pfn = zone.buddy.takeSmallest(order, MigrateType.HIGHATOMIC);
      }
    } finally {
      zone.lock.unlock();
    }
    if (request.trail != null && pfn != Pfn.NONE) {
      before.traceFallback(request.trail, request.migrateType);
      long splits = zone.events.splits - before.splits;
      request.trail.add(new TrailStep.TookBuddy(zone, pfn, order, splits));
    }
    return pfn;
  }

  /** {@code zone_statistics}: where the page came from, seen from the wish and from the CPU. */
  private static void countNuma(Request request, Zone zone, Zone preferred) {
    PerCpuPages counters = zone.pcp(request.cpu.id());
    if (zone.node() == preferred.node()) {
      counters.numaHit++;
    } else {
      counters.numaMiss++;
      preferred.pcp(request.cpu.id()).numaForeign++;
    }
    if (zone.node().id() == request.cpu.node()) {
      counters.numaLocal++;
    } else {
      counters.numaOther++;
    }
  }

  private static void skip(Request request, Zone zone, String why) {
    if (request.trail != null) {
      request.trail.add(new TrailStep.Skipped(zone, why));
    }
  }

  private static void tell(Request request, String text) {
    if (request.trail != null) {
      request.trail.add(new TrailStep.Note(text));
    }
  }

  private static void note(Request request, int flags, String name) {
    if (request.trail != null) {
      String mark = WatermarkName.of(flags & AllocFlags.WMARK_MASK);
      request.trail.add(new TrailStep.Pass(name, mark, WatermarkName.rights(flags)));
    }
  }

  private void trace(
      Request request, Zone zone, int which, int reserveIndex, int flags, boolean passed) {
    if (request.trail != null) {
      request.trail.add(test(request, zone, which, reserveIndex, flags, passed));
    }
  }

  /** A zone's test at the mark that {@code flags} name, which takes nothing. */
  TrailStep.Test test(Request request, Zone zone, Zone preferred, int flags) {
    int reserveIndex = reserveIndex(request, preferred);
    int which = flags & AllocFlags.WMARK_MASK;
    boolean passed = watermark.fast(zone, request.order, which, reserveIndex, flags);
    return test(request, zone, which, reserveIndex, flags, passed);
  }

  private TrailStep.Test test(
      Request request, Zone zone, int which, int reserveIndex, int flags, boolean passed) {
    WatermarkTerms terms = watermark.terms(zone, request.order, which, reserveIndex, flags);
    return new TrailStep.Test(
        zone,
        request.order,
        WatermarkName.of(which),
        zone.freePages,
        (1L << request.order) - 1,
        terms.highAtomic(),
        terms.cma(),
        terms.mark(),
        terms.boost(),
        terms.lowered(),
        terms.reserve(),
        request.order == 0 || watermark.blockIn(zone, request.order, flags),
        passed);
  }

  /** A zone's counters before a step, to tell what the step did. */
  private record Before(Zone zone, long splits, long claims, long steals, long refillPages) {
    Before(Zone zone) {
      this(
          zone,
          zone.events.splits,
          zone.events.claims,
          zone.events.steals,
          zone.events.refillPages);
    }

    void traceFallback(Trail trail, int migrateType) {
      long claimed = zone.events.claims - claims;
      long stolen = zone.events.steals - steals;
      if (claimed + stolen > 0) {
        trail.add(new TrailStep.FellBack(zone, migrateType, claimed, stolen));
      }
    }
  }
}
