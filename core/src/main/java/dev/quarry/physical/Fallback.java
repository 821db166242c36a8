package dev.quarry.physical;

/**
 * What a request does when the lists of its own migrate type have nothing: claim a whole pageblock
 * of another type, or take one block of it. Zone lock held throughout.
 *
 * <pre>
 *   normal ──► CMA (if allowed) ──► claim a pageblock ──► steal one block
 * </pre>
 *
 * <p>Rules of mm/page_alloc.c (6.18): {@code __rmqueue}, {@code __rmqueue_claim}, {@code
 * try_to_claim_block}, {@code __rmqueue_steal}, {@code find_suitable_fallback}, {@code
 * boost_watermark}.
 */
final class Fallback {
  /** Which types a type falls back to, best first. */
  private static final int[][] FALLBACKS = {
    {MigrateType.RECLAIMABLE, MigrateType.MOVABLE}, // of UNMOVABLE
    {MigrateType.RECLAIMABLE, MigrateType.UNMOVABLE}, // of MOVABLE
    {MigrateType.UNMOVABLE, MigrateType.MOVABLE}, // of RECLAIMABLE
  };

  private static final int NO_TYPE = -1;

  /** Where a bulk request found its last block, so that the next search starts there. */
  enum Mode {
    NORMAL,
    CMA,
    CLAIM,
    STEAL
  }

  private final PhysicalMemory memory;
  private final MemMap map;
  private final Pageblocks pageblocks;
  private final int maxOrder;

  Fallback(PhysicalMemory memory) {
    this.memory = memory;
    this.map = memory.map();
    this.pageblocks = memory.pageblocks();
    this.maxOrder = memory.spec().maxOrder();
  }

  /** The search of one request, or of a refill; keeps the mode between its calls. */
  final class Search {
    private final Zone zone;
    private final int allocFlags;
    private Mode mode = Mode.NORMAL;

    Search(Zone zone, int allocFlags) {
      this.zone = zone;
      this.allocFlags = allocFlags;
    }

    /** Takes a block: {@code __rmqueue}. Returns its frame, or {@link Pfn#NONE}. */
    int take(int order, int migrateType) {
      boolean cmaAllowed = (allocFlags & AllocFlags.CMA) != 0;
      if (cmaAllowed && zone.freeCma > zone.freePages / 2 && memory.rules().cmaBalanced()) {
        int pfn = zone.buddy.takeSmallest(order, MigrateType.CMA);
        if (pfn != Pfn.NONE) {
          return pfn;
        }
      }
      int pfn = Pfn.NONE;
      if (mode == Mode.NORMAL) {
        pfn = zone.buddy.takeSmallest(order, migrateType);
      }
      return pfn != Pfn.NONE ? pfn : takeElsewhere(order, migrateType, cmaAllowed);
    }

    private int takeElsewhere(int order, int migrateType, boolean cmaAllowed) {
      if (mode.compareTo(Mode.CMA) <= 0 && cmaAllowed) {
        int pfn = zone.buddy.takeSmallest(order, MigrateType.CMA);
        if (pfn != Pfn.NONE) {
          mode = Mode.CMA;
          return pfn;
        }
      }
      if (mode.compareTo(Mode.CLAIM) <= 0) {
        int pfn = claim(zone, order, migrateType, allocFlags);
        if (pfn != Pfn.NONE) {
          mode = Mode.NORMAL; // the type's own lists have blocks again
          return pfn;
        }
      }
      if ((allocFlags & AllocFlags.NOFRAGMENT) != 0) {
        return Pfn.NONE;
      }
      int pfn = steal(zone, order, migrateType);
      if (pfn != Pfn.NONE) {
        mode = Mode.STEAL;
      }
      return pfn;
    }
  }

  /**
   * Tries the largest blocks of other types first, as they likely stand for the freest pageblock.
   */
  private int claim(Zone zone, int order, int startType, int allocFlags) {
    int minOrder = order;
    if (order < pageblocks.order() && (allocFlags & AllocFlags.NOFRAGMENT) != 0) {
      minOrder = pageblocks.order();
    }
    for (int from = maxOrder; from >= minOrder && shouldTryClaim(from, startType); from--) {
      int type = fallbackType(zone, from, startType);
      if (type == NO_TYPE) {
        continue;
      }
      int pfn =
          from >= pageblocks.order()
              ? claimWhole(zone, order, from, startType, type)
              : claimPart(zone, order, from, startType, type, allocFlags);
      if (pfn != Pfn.NONE) {
        zone.events.claims++;
        return pfn;
      }
    }
    return Pfn.NONE;
  }

  /**
   * Whether a request of a type would take a pageblock of another type, where it finds this order.
   */
  boolean couldClaim(Zone zone, int order, int startType) {
    return shouldTryClaim(order, startType) && fallbackType(zone, order, startType) != NO_TYPE;
  }

  private boolean shouldTryClaim(int order, int startType) {
    return order >= pageblocks.order() / 2
        || startType == MigrateType.RECLAIMABLE
        || startType == MigrateType.UNMOVABLE
        || !memory.groupsByMobility();
  }

  private static int fallbackType(Zone zone, int order, int startType) {
    if (startType >= MigrateType.PCPTYPES) {
      return NO_TYPE;
    }
    for (int type : FALLBACKS[startType]) {
      if (!zone.isEmpty(order, type)) {
        return type;
      }
    }
    return NO_TYPE;
  }

  /** A block of at least a pageblock changes its type and is split for the request. */
  private int claimWhole(Zone zone, int order, int from, int startType, int oldType) {
    int pfn = zone.buddy.takeFirst(from, oldType);
    zone.buddy.account(-(1L << from), oldType);
    pageblocks.typeRange(pfn, from, startType);
    zone.buddy.account(zone.buddy.expand(pfn, order, from, startType), startType);
    return pfn;
  }

  /** A pageblock of which enough is free or alike changes its type; else it is left alone. */
  private int claimPart(
      Zone zone, int order, int from, int startType, int oldType, int allocFlags) {
    if (boostWatermark(zone) && (allocFlags & AllocFlags.KSWAPD) != 0) {
      zone.boostedWatermark = true;
      zone.updatePlenty();
    }
    int pfn = zone.areas[from].list(oldType).first();
    if (!zone.buddy.canMovePageblock(pfn)) {
      return Pfn.NONE;
    }
    int alike = countFreeAndAlike(pfn, startType, oldType);
    if (alike < pageblocks.pages() / 2 && memory.groupsByMobility()) {
      return Pfn.NONE;
    }
    zone.buddy.movePageblock(pfn, oldType, startType);
    return zone.buddy.takeSmallest(order, startType);
  }

  /**
   * Pages of a pageblock that are free, or held by somebody of the mobility that the pageblock
   * would get. Pages on an LRU list count as movable.
   */
  private int countFreeAndAlike(int pfn, int startType, int oldType) {
    int start = pfn & -pageblocks.pages();
    int end = start + pageblocks.pages();
    int free = 0;
    int movable = 0;
    for (int at = start; at < end; ) {
      long state = map.state(at);
      if (PageState.isBuddy(state)) {
        free += 1 << PageState.order(state);
        at += 1 << PageState.order(state);
        continue;
      }
      if ((PageState.flags(state) & PageState.LRU) != 0) {
        movable++;
      }
      at++;
    }
    if (startType == MigrateType.MOVABLE) {
      return free + movable;
    }
    // Into a movable pageblock: all that is neither free nor movable is like us. Between unmovable
    // and reclaimable nobody can tell, so nothing is.
    int alike = oldType == MigrateType.MOVABLE ? pageblocks.pages() - free - movable : 0;
    return free + alike;
  }

  /** Raises the marks for a while, so that reclaim makes room for the next such request. */
  private boolean boostWatermark(Zone zone) {
    boolean small = pageblocks.pages() * 4L > zone.managed;
    int boostFactor = memory.rules().watermarkBoost() ? memory.fragmentation().boostFactor() : 0;
    if (boostFactor == 0 || (small && memory.rules().boostSparesSmallZones())) {
      return false;
    }
    long maxBoost = MulDiv.fraction(zone.watermark[Zone.HIGH], boostFactor, 10_000);
    if (maxBoost == 0) {
      return false;
    }
    maxBoost = Math.max(pageblocks.pages(), maxBoost);
    zone.watermarkBoost = Math.min(zone.watermarkBoost + pageblocks.pages(), maxBoost);
    zone.updatePlenty();
    return true;
  }

  /** Takes one block of another type, the smallest that fits, and leaves its pageblock as it is. */
  private int steal(Zone zone, int order, int startType) {
    for (int from = order; from <= maxOrder; from++) {
      int type = fallbackType(zone, from, startType);
      if (type != NO_TYPE) {
        zone.events.steals++;
        return zone.buddy.takeSmallest(order, type);
      }
    }
    return Pfn.NONE;
  }
}
