package dev.quarry.physical;

import dev.quarry.machine.ZoneType;

/**
 * The test that stands before every allocation: would the zone still have more free pages than its
 * mark, and for order above 0 a block that fits? Rules of mm/page_alloc.c (6.18): {@code
 * __zone_watermark_ok}, {@code zone_watermark_fast}, {@code __zone_watermark_unusable_free}; what
 * older kernels did differently is in {@link AllocRules}.
 *
 * <pre>
 *   usable = free - (2^order - 1) - free high-atomic - free CMA      each only if out of reach
 *   needed = mark, lowered by the request's rights, + lowmem_reserve[highest zone]
 *   passes = usable &gt; needed, and order 0 or a block that fits
 * </pre>
 */
final class Watermark {
  private final AllocRules rules;
  private final int maxOrder;

  Watermark(AllocRules rules, int maxOrder) {
    this.rules = rules;
    this.maxOrder = maxOrder;
  }

  /** Whether the zone passes at {@code mark}: {@code __zone_watermark_ok}. */
  boolean ok(Zone zone, int order, long mark, int reserveIndex, int allocFlags) {
    return okWith(zone.freePages, zone, order, mark, reserveIndex, allocFlags);
  }

  /** Whether the zone would pass with {@code free} free pages and the blocks that it has. */
  boolean okWith(long free, Zone zone, int order, long mark, int reserveIndex, int allocFlags) {
    long usable = free - unusable(zone, order, allocFlags);
    long min = lowered(mark, allocFlags);
    if (usable <= min + zone.lowmemReserve[reserveIndex]) {
      return false;
    }
    if (order == 0) {
      return true;
    }
    if (!rules.perOrderTest()) {
      return blockIn(zone, order, allocFlags);
    }
    long counted = rules.cmaCountsByOrder() ? usable + cmaOutOfReach(zone, allocFlags) : usable;
    return everyOrderLeavesEnough(zone, order, counted, min);
  }

  /** Pages that are free but out of this request's reach, and the rest of its own block. */
  long unusable(Zone zone, int order, int allocFlags) {
    return (1L << order)
        - 1
        + highAtomicOutOfReach(zone, allocFlags)
        + cmaOutOfReach(zone, allocFlags);
  }

  private long highAtomicOutOfReach(Zone zone, int allocFlags) {
    if (!rules.highAtomicReserve() || (allocFlags & rules.highAtomicRights()) != 0) {
      return 0;
    }
    return rules.exactFreeHighAtomic() ? zone.freeHighatomic : zone.reservedHighatomic;
  }

  private long cmaOutOfReach(Zone zone, int allocFlags) {
    boolean outOfReach = rules.cmaOutOfReach() && (allocFlags & AllocFlags.CMA) == 0;
    return outOfReach ? zone.freeCma : 0;
  }

  /** The mark as a request with these rights sees it. */
  long lowered(long mark, int allocFlags) {
    long min = mark;
    if (rules.minReserveRights()) {
      if ((allocFlags & AllocFlags.MIN_RESERVE) != 0) {
        min -= min / 2;
        if ((allocFlags & AllocFlags.NON_BLOCK) != 0) {
          min -= min / 4;
        }
      }
      return (allocFlags & AllocFlags.OOM) != 0 ? min - min / 2 : min;
    }
    // Up to 6.2: ALLOC_HIGH is a half, ALLOC_HARDER a quarter, an OOM victim another half.
    if ((allocFlags & AllocFlags.MIN_RESERVE) != 0) {
      min -= min / 2;
    }
    if ((allocFlags & AllocFlags.OOM) != 0) {
      return min - min / 2;
    }
    return (allocFlags & AllocFlags.NON_BLOCK) != 0 ? min - min / 4 : min;
  }

  /** Whether a block of at least {@code order} is on a list that the request may use. */
  boolean blockIn(Zone zone, int order, int allocFlags) {
    if (rules.harderSeesAnyBlock() && (allocFlags & AllocFlags.NON_BLOCK) != 0) {
      return anyBlockIn(zone, order);
    }
    int orders =
        zone.nonEmptyOrders[MigrateType.UNMOVABLE]
            | zone.nonEmptyOrders[MigrateType.MOVABLE]
            | zone.nonEmptyOrders[MigrateType.RECLAIMABLE];
    if ((allocFlags & AllocFlags.CMA) != 0) {
      orders |= zone.nonEmptyOrders[MigrateType.CMA];
    }
    if ((allocFlags & rules.highAtomicBlockRights()) != 0) {
      orders |= zone.nonEmptyOrders[MigrateType.HIGHATOMIC];
    }
    return orders >>> order != 0;
  }

  private boolean anyBlockIn(Zone zone, int order) {
    int orders = 0;
    for (int lists : zone.nonEmptyOrders) {
      orders |= lists;
    }
    return orders >>> order != 0;
  }

  /** Up to 4.3: with each order, its blocks no longer count and half as much suffices. */
  private boolean everyOrderLeavesEnough(Zone zone, int order, long usable, long min) {
    long left = usable;
    long needed = min;
    for (int o = 0; o < order && o <= maxOrder; o++) {
      left -= (long) zone.areas[o].nrFree() << o;
      needed >>= 1;
      if (left <= needed) {
        return false;
      }
    }
    return true;
  }

  /**
   * The test on the allocation path, with its short cut for order 0 and the exception that urgent
   * requests do not see the boost: {@code zone_watermark_fast}.
   */
  boolean fast(Zone zone, int order, int which, int reserveIndex, int allocFlags) {
    long mark = zone.mark(which);
    if (order == 0 && rules.fastOrderZero() && fastZero(zone, mark, reserveIndex, allocFlags)) {
      return true;
    }
    if (ok(zone, order, mark, reserveIndex, allocFlags)) {
      return true;
    }
    return ignoresBoost(zone, order, allocFlags)
        && ok(zone, order, zone.watermark[Zone.MIN], reserveIndex, allocFlags);
  }

  private boolean ignoresBoost(Zone zone, int order, int allocFlags) {
    return order == 0
        && rules.highIgnoresBoost()
        && (allocFlags & AllocFlags.WMARK_MASK) == AllocFlags.WMARK_MIN
        && zone.watermarkBoost != 0
        && (allocFlags & rules.boostBlindRights()) != 0;
  }

  /**
   * What {@link #fast} weighs: of the tests that it makes one after the other, the one that leaves
   * the zone most. It passes if that leaves a page, and a block fits.
   */
  WatermarkTerms terms(Zone zone, int order, int which, int reserveIndex, int allocFlags) {
    long reserve = zone.lowmemReserve[reserveIndex];
    long mark = zone.mark(which);
    long boost = zone.watermarkBoost;
    long highAtomic = highAtomicOutOfReach(zone, allocFlags);
    long cma = cmaOutOfReach(zone, allocFlags);
    WatermarkTerms most =
        new WatermarkTerms(highAtomic, cma, mark, boost, lowered(mark, allocFlags), reserve);
    if (order == 0 && rules.fastOrderZero()) {
      long known = rules.fastKnowsHighAtomic() ? highAtomic : 0;
      most = most.orLess(new WatermarkTerms(known, cma, mark, boost, mark, reserve));
    }
    if (ignoresBoost(zone, order, allocFlags)) {
      long plain = zone.watermark[Zone.MIN];
      long lowered = lowered(plain, allocFlags);
      most = most.orLess(new WatermarkTerms(highAtomic, cma, plain, 0, lowered, reserve));
    }
    return most;
  }

  private boolean fastZero(Zone zone, long mark, int reserveIndex, int allocFlags) {
    long free = zone.freePages;
    long reserved =
        rules.fastKnowsHighAtomic()
            ? unusable(zone, 0, allocFlags)
            : cmaOutOfReach(zone, allocFlags);
    long usable = free - Math.min(free, reserved);
    return usable > mark + zone.lowmemReserve[reserveIndex];
  }

  /** Whether a zone is above its high mark for order 0, in the eyes of the lowest request. */
  boolean aboveHigh(Zone zone) {
    int last = Math.max(0, movableIndex(zone));
    return ok(zone, 0, zone.mark(Zone.HIGH), last, 0);
  }

  private static int movableIndex(Zone zone) {
    for (Zone other : zone.node().zones()) {
      if (other.type() == ZoneType.MOVABLE) {
        return other.index();
      }
    }
    return zone.index();
  }
}
