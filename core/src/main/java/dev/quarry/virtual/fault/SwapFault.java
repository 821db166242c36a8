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
    fault.major = !swap.isCached(fault.entry);
    int pfn = swap.read(fault.cpu, fault.entry);
    if (pfn < 0) {
      return pfn == SwapSpace.NO_MEMORY ? FaultLeaf.OUT_OF_MEMORY : FaultLeaf.FILE_ERROR;
    }
    // A page that no other entry says or shows is this address space's alone.
    boolean exclusive = swap.users(fault.entry) == 1 && parts.map().mapcount(pfn) == 0;
    parts.rmap().swappedIn(fault, pfn, exclusive);
    fault.mm.addRss(RssKind.SWAP, -1);
    long entry = parts.entry(pfn, parts.bits(fault.flags, false));
    if (exclusive) {
      long writable = Parts.written(entry, fault.flags);
      entry = fault.write ? writable : writable & ~Pte.DIRTY;
    }
    parts.tables().entry(fault.slot, entry);
    swap.free(fault.cpu, fault.entry);
    fault.entry = entry;
    if ((exclusive && fault.write) || swap.isHalfFull(pfn)) {
      swap.dropCached(fault.cpu, pfn); // the copy in swap is useless, or too dear
    }
    return FaultLeaf.SWAP_IN;
  }
}
