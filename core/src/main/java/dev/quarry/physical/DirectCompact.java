package dev.quarry.physical;

/**
 * How a request that may wait compacts, and whether that is worth another try: {@code
 * __alloc_pages_direct_compact}, {@code should_compact_retry} (mm/page_alloc.c, 6.18).
 *
 * <pre>
 *   SKIPPED  ► again, if reclaim could free enough to move pages to
 *   SUCCESS  ► again, up to 16 times (4 for costly orders): somebody was quicker
 *   else     ► again, harder: async ► sync light ► sync full (not for costly orders)
 * </pre>
 */
final class DirectCompact {
  /** MAX_COMPACT_RETRIES; a quarter of it for costly orders. */
  private static final int MAX_RETRIES = 16;

  private static final int COSTLY_ORDER = 3;

  private final PhysicalMemory memory;
  private final FreelistWalk walk;
  private final Reclaimer reclaimer;
  private final CompactionMarks marks;

  DirectCompact(PhysicalMemory memory, FreelistWalk walk, Reclaimer reclaimer) {
    this.memory = memory;
    this.walk = walk;
    this.reclaimer = reclaimer;
    this.marks = new CompactionMarks(memory);
  }

  /** What one request has tried. */
  static final class Tries {
    CompactPriority priority = CompactPriority.SYNC_LIGHT;
    CompactResult result = CompactResult.SKIPPED;
    int retries;

    /** Whether nothing was done, and nothing will be for now. */
    boolean isHopeless() {
      return result == CompactResult.SKIPPED || result == CompactResult.DEFERRED;
    }
  }

  /** Compacts and tries to have a block; {@link Pfn#NONE} if there is none. */
  int allocate(
      Request request, ReclaimRequest asked, int flags, CompactPriority priority, Tries tries) {
    Compacted compacted;
    try (var _ = memory.stalls().memory(request.cpu)) {
      compacted = reclaimer.compact(asked, priority, flags);
    }
    tries.result = compacted.result();
    asked.note("compaction, " + priority.label() + ": " + compacted.result().text());
    if (compacted.result() == CompactResult.SKIPPED) {
      return Pfn.NONE;
    }
    count(request, VmEvent.COMPACT_STALL);
    int pfn = compacted.pfn();
    if (pfn == Pfn.NONE) {
      pfn = walk.walk(request, flags, reclaimer, "after compaction");
    } else {
      asked.note("took order " + request.order + " at frame " + pfn + ", which compaction won");
    }
    count(request, pfn == Pfn.NONE ? VmEvent.COMPACT_FAIL : VmEvent.COMPACT_SUCCESS);
    if (pfn != Pfn.NONE) {
      ZoneCompaction zone = memory.zone(memory.pageblocks().zone(pfn)).compaction();
      zone.flushSkips(false);
      zone.undefer(request.order, true);
    }
    return pfn;
  }

  private void count(Request request, VmEvent event) {
    memory.events().count(request.cpu.id(), event, 1);
  }

  /** Whether a request whose reclaim makes progress should compact again. */
  boolean isWorthRetry(Request request, Tries tries) {
    if (request.order == 0 || (request.gfp & Gfp.IO) == 0) {
      return false;
    }
    if (tries.result == CompactResult.SKIPPED) {
      return couldSuit(request);
    }
    boolean costly = request.order > COSTLY_ORDER;
    if (tries.result == CompactResult.SUCCESS) {
      int most = costly ? MAX_RETRIES / 4 : MAX_RETRIES;
      if (++tries.retries <= most) {
        return true;
      }
    }
    CompactPriority harder = tries.priority.harder(costly);
    boolean more = harder != tries.priority;
    if (more) {
      tries.priority = harder;
      tries.retries = 0;
    }
    return more;
  }

  /**
   * {@code compaction_zonelist_suitable}: whether some zone would have enough free pages if a part
   * of what can be reclaimed were free. Not all of it: memory is not emptied for one block.
   */
  private boolean couldSuit(Request request) {
    for (Zone zone : request.zonelist) {
      long available = reclaimer.reclaimablePages(zone) / request.order + zone.freePages();
      long mark = zone.mark(Zone.MIN);
      if (request.allows(zone.node())
          && marks.enoughFree(zone, request.order, mark, request.highestZone, available)) {
        return true;
      }
    }
    return false;
  }
}
