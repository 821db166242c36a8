package dev.quarry.physical;

import java.util.concurrent.locks.LockSupport;

/**
 * What a request does that may wait: it compacts and reclaims by itself, tries again, and decides
 * whether another round is worth it. Follows {@code __alloc_pages_slowpath}, {@code
 * __alloc_pages_direct_reclaim} and {@code should_reclaim_retry} (mm/page_alloc.c, 6.18); what it
 * compacts is in {@link DirectCompact}.
 *
 * <pre>
 *   large or unmovable:  compact, try
 *                           │
 *        ┌──────────────────▼──────────────────────────────────────────┐
 *        │  reclaim, try; drain the CPUs' lists, try; compact, try     │
 *        └──────▲────────────────────────────────────▲─────────────────┘
 *               └── yes ── worth a retry?  no ──► last attempt ── kill? ──no──► fail
 * </pre>
 *
 * <p>The last attempt collects what lies on per-CPU lists and in the high-atomic reserve. Then the
 * OOM killer, which belongs to a floor above, is called if the request is worth a process: {@link
 * OomRules}.
 */
final class DirectReclaim {
  /** MAX_RECLAIM_RETRIES: rounds without progress. */
  private static final int MAX_RETRIES = 16;

  /** A reclaimer that promises without end must not keep a request for ever. */
  private static final int MOST_ROUNDS = 10_000;

  private static final int COSTLY_ORDER = 3;

  /** How long a request waits for who is dying. */
  private static final long WAIT_NANOS = 1_000_000;

  private final PhysicalMemory memory;
  private final FreelistWalk walk;
  private final HighAtomicReserve highAtomic;
  private final Reclaimer reclaimer;
  private final DirectCompact compaction;

  DirectReclaim(
      PhysicalMemory memory, FreelistWalk walk, HighAtomicReserve highAtomic, Reclaimer reclaimer) {
    this.memory = memory;
    this.walk = walk;
    this.highAtomic = highAtomic;
    this.reclaimer = reclaimer;
    this.compaction = new DirectCompact(memory, walk, reclaimer);
  }

  /** One request while it reclaims. */
  private static final class Waiting {
    final Request request;
    final ReclaimRequest asked;
    final Zone preferred;
    int flags;
    final boolean costly;
    long progress;
    int rounds;
    int noProgress;
    final DirectCompact.Tries compacted = new DirectCompact.Tries();

    /** Calls of the OOM killer in a row that killed nobody. */
    int kills;

    Waiting(Request request, Zone preferred, int flags) {
      this.request = request;
      this.asked = ReclaimRequest.of(request);
      this.preferred = preferred;
      this.flags = flags;
      this.costly = request.order > COSTLY_ORDER;
    }

    /** Whether one round is all that it wants. */
    boolean givesUpEarly() {
      boolean mayCompact = asks(Gfp.RETRY_MAYFAIL) && asks(Gfp.IO);
      return asks(Gfp.NORETRY) || (costly && !mayCompact);
    }

    boolean asks(int gfp) {
      return (request.gfp & gfp) != 0;
    }
  }

  /** Serves a request that failed at the min mark. Returns a frame or {@link Pfn#NONE}. */
  int allocate(Request request, int flags) {
    Zone preferred = request.preferred();
    if (preferred == null) {
      return Pfn.NONE;
    }
    Waiting waiting = new Waiting(request, preferred, flags);
    if (compactsFirst(waiting)) {
      int pfn = compact(waiting, CompactPriority.ASYNC);
      boolean once = waiting.costly && waiting.asks(Gfp.NORETRY);
      if (pfn != Pfn.NONE || (once && waiting.compacted.isHopeless())) {
        return pfn;
      }
      if (once) {
        waiting.compacted.priority = CompactPriority.ASYNC; // the rest could take long
      }
    }
    int pfn;
    do {
      pfn = rounds(waiting);
    } while (pfn == Pfn.NONE && isKillWorthRetry(waiting));
    return pfn == Pfn.NONE && waiting.asks(Gfp.NOFAIL) ? mustNotFail(waiting) : pfn;
  }

  private int rounds(Waiting waiting) {
    do {
      int pfn = round(waiting);
      if (pfn != Pfn.NONE) {
        return pfn;
      }
    } while (isWorthRetry(waiting) || mayMixNow(waiting));
    return lastAttempt(waiting);
  }

  /** Reclaim and compaction did not bring a block: from now on types of pages may be mixed. */
  private static boolean mayMixNow(Waiting waiting) {
    boolean may = (waiting.flags & AllocFlags.NOFRAGMENT) != 0 && !waiting.givesUpEarly();
    if (may) {
      waiting.flags &= ~AllocFlags.NOFRAGMENT;
      note(waiting, "reclaim and compaction did not help: a pageblock may become mixed");
    }
    return may;
  }

  /**
   * {@code __alloc_pages_may_oom}. The kernel waits for ever for who is dying; here who dies may
   * wait for the caller, so that waiting has an end.
   */
  private boolean isKillWorthRetry(Waiting waiting) {
    Request request = waiting.request;
    if (reclaimer.isVictim(request.cpu) || !OomRules.mayKill(memory, request)) {
      return false; // who is dying itself had the reserve already
    }
    OomResult result = reclaimer.outOfMemory(waiting.asked);
    if (result == OomResult.NOTHING) {
      return false;
    }
    waiting.kills = result == OomResult.WAIT ? waiting.kills + 1 : 0;
    waiting.noProgress = 0;
    waiting.compacted.retries = 0;
    if (result != OomResult.KILLED) {
      LockSupport.parkNanos(WAIT_NANOS);
    }
    if (reclaimer.isVictim(request.cpu) && (request.gfp & Gfp.NOMEMALLOC) == 0) {
      waiting.flags |= AllocFlags.OOM;
      request.nodeMask = Request.ALL_NODES;
      note(waiting, "the process itself was chosen: a part of the reserve is open to it");
    }
    return waiting.kills <= MAX_RETRIES && waiting.rounds < MOST_ROUNDS;
  }

  /** Large blocks come from compaction rather than from reclaim, and unmovable ones too. */
  private static boolean compactsFirst(Waiting waiting) {
    boolean mixes = waiting.request.migrateType != MigrateType.MOVABLE;
    return waiting.costly || (waiting.request.order > 0 && mixes);
  }

  private int round(Waiting waiting) {
    waiting.rounds++;
    memory.countAllocStall(waiting.request.highestZone);
    try (var _ = memory.stalls().memory(waiting.request.cpu)) {
      waiting.progress = reclaimer.reclaim(waiting.asked);
    }
    note(waiting, "direct reclaim: " + waiting.progress + " pages");
    int pfn = Pfn.NONE;
    if (waiting.progress > 0) {
      pfn = tryAgain(waiting, "after reclaim");
      if (pfn == Pfn.NONE) {
        // What was freed may lie on per-CPU lists or in the high-atomic reserve.
        highAtomic.unreserve(waiting.request, false);
        memory.drainAllPages();
        note(waiting, "drain per-CPU lists");
        pfn = tryAgain(waiting, "after draining");
      }
    }
    if (pfn == Pfn.NONE && waiting.request.order > 0) {
      pfn = compact(waiting, waiting.compacted.priority);
    }
    return pfn;
  }

  private int compact(Waiting waiting, CompactPriority priority) {
    return compaction.allocate(
        waiting.request, waiting.asked, waiting.flags, priority, waiting.compacted);
  }

  private int tryAgain(Waiting waiting, String name) {
    return walk.walk(waiting.request, waiting.flags, reclaimer, name);
  }

  private boolean isWorthRetry(Waiting waiting) {
    if (waiting.givesUpEarly() || waiting.rounds >= MOST_ROUNDS) {
      return false;
    }
    boolean progress = waiting.progress > 0 && !waiting.costly;
    waiting.noProgress = progress ? 0 : waiting.noProgress + 1;
    boolean mayPass = waiting.noProgress <= MAX_RETRIES && couldPass(waiting);
    if (mayPass || highAtomic.unreserve(waiting.request, true)) {
      return true;
    }
    return waiting.progress > 0 && compaction.isWorthRetry(waiting.request, waiting.compacted);
  }

  /** Whether some zone would pass at its min mark if all that can be reclaimed were free. */
  private boolean couldPass(Waiting waiting) {
    Request request = waiting.request;
    int reserveIndex = walk.reserveIndex(request, waiting.preferred);
    for (Zone zone : request.zonelist) {
      long available = zone.freePages + reclaimer.reclaimablePages(zone);
      long mark = zone.mark(Zone.MIN);
      if (request.allows(zone.node())
          && memory
              .watermark()
              .okWith(available, zone, request.order, mark, reserveIndex, waiting.flags)) {
        return true;
      }
    }
    return false;
  }

  /** Collects what lies about: per-CPU lists and a reserved pageblock. */
  private int lastAttempt(Waiting waiting) {
    memory.drainAllPages();
    highAtomic.unreserve(waiting.request, true);
    note(waiting, "drain per-CPU lists, give back a high-atomic pageblock");
    return tryAgain(waiting, "last attempt");
  }

  /**
   * The kernel loops here for ever, with half of the reserve. A machine without anybody who frees
   * memory would never end, so this gives up when waiting has brought nothing for long.
   */
  private int mustNotFail(Waiting waiting) {
    int flags = waiting.flags | AllocFlags.MIN_RESERVE;
    waiting.noProgress = 0;
    while (waiting.noProgress <= MAX_RETRIES && waiting.rounds < MOST_ROUNDS) {
      int pfn = walk.walk(waiting.request, flags, reclaimer, "must not fail");
      if (pfn == Pfn.NONE) {
        pfn = round(waiting);
      }
      if (pfn != Pfn.NONE) {
        return pfn;
      }
      waiting.noProgress = waiting.progress > 0 ? 0 : waiting.noProgress + 1;
    }
    return Pfn.NONE;
  }

  private static void note(Waiting waiting, String text) {
    if (waiting.request.trail != null) {
      waiting.request.trail.add(new TrailStep.Note(text));
    }
  }
}
