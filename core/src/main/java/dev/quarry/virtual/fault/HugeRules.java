package dev.quarry.virtual.fault;

import dev.quarry.machine.HugePageSpec.Enabled;
import dev.quarry.physical.Gfp;
import dev.quarry.virtual.PageTableLayout;
import dev.quarry.virtual.space.AddressSpaces;
import dev.quarry.virtual.space.HugePageSettings;
import dev.quarry.virtual.space.HugeState.Disabled;
import dev.quarry.virtual.space.MmStruct;
import dev.quarry.virtual.space.VmAreaStruct;
import dev.quarry.virtual.space.VmFlags;

/**
 * Which areas may have huge pages, and what is done to get one: {@code thp_vma_allowable_orders},
 * {@code vma_thp_disabled}, {@code thp_vma_suitable_order} (mm/huge_memory.c,
 * include/linux/huge_mm.h, 6.18).
 *
 * <pre>
 *   area     |--------------------------------|      start and end of any page
 *   2 MiB       |      huge      |      huge      |  the first fits, the second does not
 * </pre>
 */
public final class HugeRules {
  private static final long BYTES = HugePageSettings.BYTES;
  private static final long NO_KHUGEPAGED = VmFlags.SPECIAL | VmFlags.HUGETLB;

  private final AddressSpaces spaces;
  private final VmAreaStruct areas;
  private final boolean hasHugePages;

  HugeRules(AddressSpaces spaces) {
    this.spaces = spaces;
    this.areas = spaces.areas();
    int maxOrder = spaces.kernel().memory().spec().maxOrder();
    this.hasHugePages =
        spaces.tableLayout() == PageTableLayout.X86_64 && maxOrder >= HugePageSettings.ORDER;
  }

  private HugePageSettings settings() {
    return spaces.settings().hugePages();
  }

  /** Whether any process may have huge pages: {@code hugepage_pmd_enabled}. */
  boolean isEnabled() {
    return hasHugePages && settings().enabled() != Enabled.NEVER;
  }

  /** Where a huge page that holds an address would begin. */
  static long start(long address) {
    return address & -BYTES;
  }

  /** Whether an area holds all of the huge page that would hold an address. */
  boolean isSuitable(long vma, long address) {
    long start = start(address);
    return start >= areas.start(vma) && start + BYTES <= areas.end(vma);
  }

  /** Whether a fault in an area of these flags may bring a huge page. */
  boolean mayFault(MmStruct mm, long vma, long flags) {
    return isEnabled()
        && areas.isAnonymous(vma)
        && !isDisabled(mm, flags, false)
        && isChosen(flags);
  }

  /** Whether khugepaged may make huge pages of an area. */
  boolean mayScan(MmStruct mm, long vma) {
    return areas.anonVma(vma) != VmAreaStruct.NONE && isEligible(mm, vma);
  }

  /** Whether an advice may make huge pages of an area, whatever the settings say. */
  boolean mayCollapse(MmStruct mm, long vma) {
    long flags = areas.flags(vma);
    return hasHugePages
        && areas.isAnonymous(vma)
        && areas.anonVma(vma) != VmAreaStruct.NONE
        && !isDisabled(mm, flags, true)
        && (flags & NO_KHUGEPAGED) == 0
        && isSuitable(vma, areas.end(vma) - BYTES);
  }

  /** Whether an area could have huge pages: {@code THPeligible}. */
  public boolean isEligible(MmStruct mm, long vma) {
    long flags = areas.flags(vma);
    return mayFault(mm, vma, flags)
        && (flags & NO_KHUGEPAGED) == 0
        && isSuitable(vma, areas.end(vma) - BYTES);
  }

  private static boolean isDisabled(MmStruct mm, long flags, boolean forced) {
    Disabled disabled = mm.huge().disabled();
    boolean advised = (flags & VmFlags.HUGEPAGE) != 0 || forced;
    return (flags & VmFlags.NOHUGEPAGE) != 0
        || disabled == Disabled.COMPLETELY
        || (disabled == Disabled.EXCEPT_ADVISED && !advised);
  }

  private boolean isChosen(long flags) {
    return settings().enabled() == Enabled.ALWAYS || (flags & VmFlags.HUGEPAGE) != 0;
  }

  /** {@code vma_thp_gfp_mask}: what a fault may do to get a huge page. */
  int gfp(long flags) {
    boolean advised = (flags & VmFlags.HUGEPAGE) != 0;
    int light = Gfp.GFP_TRANSHUGE_LIGHT;
    return switch (settings().defrag()) {
      case ALWAYS -> Gfp.GFP_TRANSHUGE | (advised ? 0 : Gfp.NORETRY);
      case DEFER -> light | Gfp.KSWAPD_RECLAIM;
      case DEFER_MADVISE -> light | (advised ? Gfp.DIRECT_RECLAIM : Gfp.KSWAPD_RECLAIM);
      case MADVISE -> light | (advised ? Gfp.DIRECT_RECLAIM : 0);
      case NEVER -> light;
    };
  }

  /** What khugepaged may do to get one. */
  int khugepagedGfp() {
    return settings().khugepagedDefrag() ? Gfp.GFP_TRANSHUGE : Gfp.GFP_TRANSHUGE_LIGHT;
  }
}
