package dev.quarry.virtual.fault;

import dev.quarry.virtual.Pte;
import dev.quarry.virtual.space.RssKind;

/** Access to a page that is in swap: {@code do_swap_page} (mm/memory.c, 6.18). */
final class SwapFault {
  private final Parts parts;
  private volatile SwapSpace swap = SwapSpace.NONE;

  SwapFault(Parts parts) {
    this.parts = parts;
  }

  void use(SwapSpace space) {
    swap = space;
  }

  SwapSpace swap() {
    return swap;
  }

  FaultLeaf resolve(VmFault fault) {
    // It was written once, so that its area has an anon_vma; a fork gave it to the child's.
    int pfn = swap.read(fault.cpu, fault.entry);
    if (pfn < 0) {
      return pfn == SwapSpace.NO_MEMORY ? FaultLeaf.OUT_OF_MEMORY : FaultLeaf.FILE_ERROR;
    }
    fault.major = true;
    parts.rmap().newAnon(fault.cpu, fault.mm, fault.vma, fault.address, pfn);
    fault.mm.addRss(RssKind.SWAP, -1);
    // What was read is this address space's alone: it may be written at once.
    long entry = parts.entry(pfn, parts.bits(fault.flags, false));
    long writable = Parts.written(entry, fault.flags);
    parts.tables().entry(fault.slot, fault.write ? writable : writable & ~Pte.DIRTY);
    swap.free(fault.cpu, fault.entry);
    return FaultLeaf.SWAP_IN;
  }
}
