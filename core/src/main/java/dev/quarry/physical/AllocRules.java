package dev.quarry.physical;

import dev.quarry.machine.KernelRelease;

/**
 * What changed in the page allocator between kernels, chosen once by release. Each rule says since
 * when it holds; {@code decisions/rules-by-release.md} has the table with its sources.
 *
 * @param highAtomicReserve pageblocks are reserved for atomic requests of order above 0: since 4.4
 * @param exactFreeHighAtomic only the free part of that reserve is out of reach: since 6.13
 * @param minReserveRights ALLOC_MIN_RESERVE and ALLOC_NON_BLOCK instead of HIGH and HARDER: since
 *     6.3
 * @param lastResortHighAtomic requests that cannot block may take reserved blocks of any order as a
 *     last resort: since 6.13
 * @param perOrderTest order above 0 is tested order by order: up to 4.3
 * @param fastOrderZero a shorter test for order 0 comes first: since 4.7
 * @param fastKnowsHighAtomic that shorter test knows the reserve: since 5.9
 * @param highIgnoresBoost __GFP_HIGH requests of order 0 do not see the boost at the min mark:
 *     since 5.9
 * @param reserveByHighestZone {@code lowmem_reserve} is indexed by the highest zone allowed: since
 *     5.8; before by the first zone of the zonelist
 * @param watermarkScaleFactor low and high follow {@code watermark_scale_factor}: since 4.6
 * @param watermarkBoost falling back to another type raises the marks for a while: since 5.0
 * @param avoidFragmentation the first pass does not fall back inside pageblocks: since 5.0
 * @param pcpHighOrders per-CPU lists for orders 1 to 3 and huge pages: since 5.13
 * @param pcpAutoTune per-CPU lists grow and shrink with use: since 6.7
 * @param maxMinFreeKbytes the largest min_free_kbytes that the kernel chooses by itself: 262,144
 *     since 5.8, before 65,536
 */
public record AllocRules(
    boolean highAtomicReserve,
    boolean exactFreeHighAtomic,
    boolean minReserveRights,
    boolean lastResortHighAtomic,
    boolean perOrderTest,
    boolean fastOrderZero,
    boolean fastKnowsHighAtomic,
    boolean highIgnoresBoost,
    boolean reserveByHighestZone,
    boolean watermarkScaleFactor,
    boolean watermarkBoost,
    boolean avoidFragmentation,
    boolean pcpHighOrders,
    boolean pcpAutoTune,
    int maxMinFreeKbytes) {

  /** The rules of a release. */
  public static AllocRules of(KernelRelease release) {
    return new AllocRules(
        release.isAtLeast(4, 4),
        release.isAtLeast(6, 13),
        release.isAtLeast(6, 3),
        release.isAtLeast(6, 13),
        !release.isAtLeast(4, 4),
        release.isAtLeast(4, 7),
        release.isAtLeast(5, 9),
        release.isAtLeast(5, 9),
        release.isAtLeast(5, 8),
        release.isAtLeast(4, 6),
        release.isAtLeast(5, 0),
        release.isAtLeast(5, 0),
        release.isAtLeast(5, 13),
        release.isAtLeast(6, 7),
        release.isAtLeast(5, 8) ? 262_144 : 65_536);
  }

  /** Rights that make the high-atomic reserve's pages count as usable. */
  int highAtomicRights() {
    return minReserveRights ? AllocFlags.RESERVES : AllocFlags.NON_BLOCK | AllocFlags.OOM;
  }

  /** Rights that let a request of order above 0 have a reserved block. */
  int highAtomicBlockRights() {
    return minReserveRights
        ? AllocFlags.HIGHATOMIC | AllocFlags.OOM
        : AllocFlags.NON_BLOCK | AllocFlags.OOM;
  }

  /**
   * The rights that follow from a GFP mask on the slow path: {@code gfp_to_alloc_flags}
   * (mm/page_alloc.c).
   */
  int allocFlags(int gfp, int order) {
    int flags = AllocFlags.WMARK_MIN | AllocFlags.CPUSET;
    flags |= gfp & (Gfp.HIGH | Gfp.KSWAPD_RECLAIM);
    boolean mayReserve = (gfp & Gfp.NOMEMALLOC) == 0;
    if ((gfp & Gfp.DIRECT_RECLAIM) == 0) {
      if (mayReserve && (minReserveRights || isAtomic(gfp))) {
        flags |= AllocFlags.NON_BLOCK;
        boolean reserved = !minReserveRights || (flags & AllocFlags.MIN_RESERVE) != 0;
        if (order > 0 && highAtomicReserve && reserved) {
          flags |= AllocFlags.HIGHATOMIC;
        }
      }
      if ((gfp & Gfp.HIGH) != 0) {
        flags &= ~AllocFlags.CPUSET;
      }
    }
    return Gfp.migrateType(gfp) == MigrateType.MOVABLE ? flags | AllocFlags.CMA : flags;
  }

  /** Up to 4.3 whoever cannot wait; from 4.4 to 6.2 __GFP_ATOMIC, which only GFP_ATOMIC had. */
  private boolean isAtomic(int gfp) {
    return perOrderTest || (gfp & (Gfp.ATOMIC | Gfp.HIGH)) != 0;
  }
}
