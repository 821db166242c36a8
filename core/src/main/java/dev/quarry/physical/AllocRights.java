package dev.quarry.physical;

/**
 * The rights that follow from a GFP mask on the slow path: {@code gfp_to_alloc_flags}
 * (mm/page_alloc.c), as a release has it.
 *
 * <pre>
 *              2.6.18            4.4                 6.3
 *   HIGH       ALLOC_HIGH        ALLOC_HIGH          ALLOC_MIN_RESERVE
 *   no wait    ALLOC_HARDER      with __GFP_ATOMIC   ALLOC_NON_BLOCK
 *   order > 0                    same as HARDER      ALLOC_HIGHATOMIC
 * </pre>
 */
final class AllocRights {
  private AllocRights() {}

  /** Bits of {@link AllocFlags} for a request. */
  static int of(AllocRules rules, int gfp, int order) {
    int flags = AllocFlags.WMARK_MIN | AllocFlags.CPUSET;
    flags |= gfp & (Gfp.HIGH | Gfp.KSWAPD_RECLAIM);
    flags =
        rules.minReserveRights()
            ? nonBlocking(rules, flags, gfp, order)
            : harder(rules, flags, gfp, order);
    return Gfp.migrateType(gfp) == MigrateType.MOVABLE ? flags | AllocFlags.CMA : flags;
  }

  private static int nonBlocking(AllocRules rules, int allocFlags, int gfp, int order) {
    if ((gfp & Gfp.DIRECT_RECLAIM) != 0) {
      return allocFlags;
    }
    int flags = allocFlags;
    boolean high = (flags & AllocFlags.MIN_RESERVE) != 0;
    if ((gfp & Gfp.NOMEMALLOC) == 0) {
      flags |= AllocFlags.NON_BLOCK;
      if (order > 0 && (high || !rules.highAtomicNeedsHigh())) {
        flags |= AllocFlags.HIGHATOMIC;
      }
    }
    return high ? flags & ~AllocFlags.CPUSET : flags;
  }

  private static int harder(AllocRules rules, int allocFlags, int gfp, int order) {
    if (!isAtomic(rules, gfp)) {
      return allocFlags;
    }
    int flags = (allocFlags | AllocFlags.ATOMIC) & ~AllocFlags.CPUSET;
    if ((gfp & Gfp.NOMEMALLOC) != 0 && rules.nomemallocBindsAtomic()) {
      return flags;
    }
    flags |= AllocFlags.NON_BLOCK;
    return order > 0 && rules.highAtomicReserve() ? flags | AllocFlags.HIGHATOMIC : flags;
  }

  private static boolean isAtomic(AllocRules rules, int gfp) {
    if (rules.atomicFlag()) {
      return Gfp.isAtomic(gfp);
    }
    boolean asks = !rules.atomicWakesKswapd() || (gfp & Gfp.KSWAPD_RECLAIM) != 0;
    return (gfp & Gfp.DIRECT_RECLAIM) == 0 && asks;
  }
}
