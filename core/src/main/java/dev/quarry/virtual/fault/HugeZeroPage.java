package dev.quarry.virtual.fault;

import dev.quarry.machine.Cpu;
import dev.quarry.physical.Gfp;
import dev.quarry.physical.PageState;
import dev.quarry.physical.Pfn;
import dev.quarry.physical.VmEvent;
import dev.quarry.virtual.space.HugePageSettings;
import dev.quarry.virtual.space.MmStruct;

/**
 * The huge page of zeros that all may read: {@code huge_zero_folio} (mm/huge_memory.c, 6.18).
 *
 * <p>Equation: its users are the address spaces that ever had an entry for it and still live. It is
 * made for the first one, and stays until a shrinker takes it, when there is none.
 */
final class HugeZeroPage {
  private static final int GFP = (Gfp.GFP_TRANSHUGE | Gfp.ZERO) & ~Gfp.MOVABLE;

  private final Parts parts;
  private int pfn = Pfn.NONE;
  private int users;

  HugeZeroPage(Parts parts) {
    this.parts = parts;
  }

  /** Its first frame for an address space, whose lock is held; none without memory. */
  synchronized int get(Cpu cpu, MmStruct mm) {
    if (!mm.huge().hasZeroPage()) {
      if (pfn == Pfn.NONE && !make(cpu)) {
        return Pfn.NONE;
      }
      users++;
      mm.huge().zeroPage(true);
    }
    return pfn;
  }

  private boolean make(Cpu cpu) {
    int made = parts.allocator().allocPages(cpu, GFP, HugePageSettings.ORDER);
    VmEvent event =
        made == Pfn.NONE ? VmEvent.THP_ZERO_PAGE_ALLOC_FAILED : VmEvent.THP_ZERO_PAGE_ALLOC;
    parts.memory().events().count(cpu.id(), event, 1);
    if (made != Pfn.NONE) {
      parts.map().setFlags(made, PageState.THP | PageState.ZERO_PAGE);
      pfn = made;
    }
    return made != Pfn.NONE;
  }

  /** An address space goes. */
  synchronized void put(MmStruct mm) {
    if (mm.huge().hasZeroPage()) {
      mm.huge().zeroPage(false);
      users--;
    }
  }

  /** Whether an entry's frame is the first of this page. */
  boolean is(int frame) {
    return (PageState.flags(parts.map().state(frame)) & PageState.ZERO_PAGE) != 0;
  }

  /** {@code shrink_huge_zero_folio_scan}: frees the page if nobody uses it; frames freed. */
  synchronized int shrink(Cpu cpu) {
    if (pfn == Pfn.NONE || users > 0) {
      return 0;
    }
    parts.map().clearFlags(pfn, PageState.THP | PageState.ZERO_PAGE);
    parts.allocator().freePages(cpu, pfn, HugePageSettings.ORDER);
    pfn = Pfn.NONE;
    return HugePageSettings.FRAMES;
  }
}
