package dev.quarry.physical;

import dev.quarry.machine.KernelRelease;

/**
 * What changed in the page allocator between kernels, from 2.6.18 to 6.19: one method for each
 * rule, which says in which releases it holds. {@code decisions/rules-by-release.md} has the same
 * table with the places in the kernel's source.
 *
 * <p>Where no rule says otherwise, the allocator does as 6.18 does.
 */
public final class AllocRules {
  private static final int MAX_MIN_FREE_KBYTES = 262_144;
  private static final int OLD_MAX_MIN_FREE_KBYTES = 65_536;

  private final KernelRelease release;

  private AllocRules(KernelRelease release) {
    this.release = release;
  }

  /** The rules of a release. */
  public static AllocRules of(KernelRelease release) {
    return new AllocRules(release);
  }

  private boolean since(int major, int minor) {
    return release.isAtLeast(major, minor);
  }

  private boolean until(int major, int minor) {
    return !release.isAtLeast(major, minor);
  }

  private boolean since26(int sublevel) {
    return release.isAtLeast(new KernelRelease(2, 6, sublevel));
  }

  // The test of watermarks.

  /** Order above 0 is tested order by order; any block that is left will do. */
  public boolean perOrderTest() {
    return until(4, 4);
  }

  /** Free CMA pages do not count for requests that may not have them. */
  public boolean cmaOutOfReach() {
    return since(3, 7);
  }

  /** They do count where the orders are tested one by one. */
  public boolean cmaCountsByOrder() {
    return since(3, 10) && until(4, 4);
  }

  /** Pageblocks are reserved for atomic requests of order above 0. */
  public boolean highAtomicReserve() {
    return since(4, 4);
  }

  /** Only the free part of that reserve is out of reach, not all that was ever reserved. */
  public boolean exactFreeHighAtomic() {
    return since(6, 12);
  }

  /** For ALLOC_HARDER, a block that fits may be on any list, even one it cannot be taken from. */
  public boolean harderSeesAnyBlock() {
    return since(4, 4) && until(4, 14);
  }

  /** A shorter test for order 0 comes first: {@code zone_watermark_fast}. */
  public boolean fastOrderZero() {
    return since(4, 7);
  }

  /** That shorter test knows the high-atomic reserve. */
  public boolean fastKnowsHighAtomic() {
    return since(5, 9);
  }

  /** Urgent requests of order 0 do not see the boost at the min mark. */
  public boolean highIgnoresBoost() {
    return since(5, 9);
  }

  /**
   * {@code lowmem_reserve} is indexed by the highest zone allowed; before by the first zone of the
   * zonelist.
   */
  public boolean reserveByHighestZone() {
    return since(5, 8);
  }

  /** Zones whose memory is all reserved are not in the zonelists; else those without memory. */
  public boolean zonelistsNeedManagedPages() {
    return since(4, 9) && until(5, 18);
  }

  // The rights of a request, and the high-atomic reserve.

  /** __GFP_NOMEMALLOC keeps requests that cannot wait from ALLOC_HARDER. */
  public boolean nomemallocBindsAtomic() {
    return since26(38);
  }

  /** A request that cannot wait and does not wake kswapd is no atomic one. */
  public boolean atomicWakesKswapd() {
    return since(3, 16) && until(4, 4);
  }

  /** __GFP_ATOMIC makes a request atomic; before, and again since 6.3, that it cannot wait. */
  public boolean atomicFlag() {
    return since(4, 4) && until(6, 3);
  }

  /** ALLOC_MIN_RESERVE and ALLOC_NON_BLOCK instead of ALLOC_HIGH and ALLOC_HARDER. */
  public boolean minReserveRights() {
    return since(6, 3);
  }

  /** Only __GFP_HIGH requests have ALLOC_HIGHATOMIC; before, all that cannot wait. */
  public boolean highAtomicNeedsHigh() {
    return since(6, 18);
  }

  /** OOM victims may take reserved blocks when nothing else is left. */
  public boolean oomTakesHighAtomic() {
    return since(6, 3);
  }

  /** So may requests that cannot wait, of order 0 too. */
  public boolean lastResortHighAtomic() {
    return since(6, 12);
  }

  /** At most 1 % of a zone is reserved, rounded up; before, a pageblock more, in any zone. */
  public boolean highAtomicOnePercent() {
    return since(6, 8);
  }

  // Marks and reserves.

  /** Low and high follow {@code watermark_scale_factor}. */
  public boolean watermarkScaleFactor() {
    return since(4, 6);
  }

  /** The min mark of ZONE_MOVABLE is that of HighMem, not a share of min_free_kbytes. */
  public boolean movableHasHighmemMarks() {
    return since(6, 6);
  }

  /** khugepaged's min_free_kbytes counts HighMem and Movable as well. */
  public boolean khugepagedCountsAllZones() {
    return until(4, 17);
  }

  /** The largest min_free_kbytes that the kernel chooses by itself. */
  public int maxMinFreeKbytes() {
    return since(5, 7) ? MAX_MIN_FREE_KBYTES : OLD_MAX_MIN_FREE_KBYTES;
  }

  /** A {@code lowmem_reserve_ratio} of 0 is taken for 1, not for "no reserve". */
  public boolean reserveRatioAtLeastOne() {
    return until(4, 17);
  }

  /** Zones without a reserve of their own do not count in the reserves of those below. */
  public boolean reserveSkipsZonesWithout() {
    return since(5, 8) && until(5, 11);
  }

  /** Requests for a zone that is empty find no reserve in those below. */
  public boolean emptyZoneHasNoReserve() {
    return since(6, 10) && until(6, 14);
  }

  // Mobility.

  /** Pages are grouped by mobility, in lists by migrate type. */
  public boolean migrateTypes() {
    return since26(24);
  }

  /** Falling back to another type raises the marks for a while. */
  public boolean watermarkBoost() {
    return since(5, 0);
  }

  /** ... but not in zones of less than four pageblocks. */
  public boolean boostSparesSmallZones() {
    return since(5, 7);
  }

  /** The first pass does not fall back inside pageblocks. */
  public boolean avoidFragmentation() {
    return since(5, 1);
  }

  /** Movable requests take from CMA first while more than half of the free pages are there. */
  public boolean cmaBalanced() {
    return since(5, 8);
  }

  // Per-CPU lists.

  /** Batches are by a mebibyte at most, before by half of one. */
  public boolean pcpLargeBatch() {
    return since(4, 19);
  }

  /** Lists for orders 1 to 3 and huge pages, limits by the low mark and the number of CPUs. */
  public boolean pcpHighOrders() {
    return since(5, 14);
  }

  /** Runs of frees double what a drain takes: {@code free_factor}. */
  public boolean pcpFreeFactor() {
    return since(5, 14) && until(6, 7);
  }

  /** Runs of frees of high orders are given back at once. */
  public boolean pcpFreesHighOrders() {
    return since(5, 18);
  }

  /** Lists grow and shrink with use. */
  public boolean pcpAutoTune() {
    return since(6, 7);
  }

  /** ... and such runs must be longer by half of the least high. */
  public boolean pcpFreesHighOrdersLater() {
    return since(6, 16);
  }

  /** Rights that make the high-atomic reserve's pages count as usable. */
  int highAtomicRights() {
    return minReserveRights() ? AllocFlags.RESERVES : AllocFlags.NON_BLOCK | AllocFlags.OOM;
  }

  /** Rights that let a request of order above 0 have a reserved block. */
  int highAtomicBlockRights() {
    return minReserveRights()
        ? AllocFlags.HIGHATOMIC | AllocFlags.OOM
        : AllocFlags.NON_BLOCK | AllocFlags.OOM;
  }

  /** Rights that open reserved blocks when nothing else is left. */
  int lastResortRights() {
    return (oomTakesHighAtomic() ? AllocFlags.OOM : 0)
        | (lastResortHighAtomic() ? AllocFlags.NON_BLOCK : 0);
  }

  /** Rights that do not see the boost: __GFP_ATOMIC up to 6.2, since then __GFP_HIGH. */
  int boostBlindRights() {
    return minReserveRights() ? AllocFlags.MIN_RESERVE : AllocFlags.ATOMIC;
  }

  /** The rights that follow from a GFP mask on the slow path: {@link AllocRights}. */
  int allocFlags(int gfp, int order) {
    return AllocRights.of(this, gfp, order);
  }
}
