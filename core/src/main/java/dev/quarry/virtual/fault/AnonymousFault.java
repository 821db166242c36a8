package dev.quarry.virtual.fault;

import dev.quarry.physical.Gfp;
import dev.quarry.physical.Pfn;

/** First access to private memory: {@code do_anonymous_page} (mm/memory.c, 6.18). */
final class AnonymousFault {
  private final Parts parts;

  AnonymousFault(Parts parts) {
    this.parts = parts;
  }

  FaultLeaf resolve(VmFault fault) {
    long bits = parts.bits(fault.flags, false);
    if (!fault.write) {
      parts.tables().entry(fault.slot, parts.entry(parts.zeroPfn(), bits));
      return FaultLeaf.ZERO_PAGE;
    }
    int pfn = newPage(fault);
    if (pfn == Pfn.NONE) {
      return FaultLeaf.OUT_OF_MEMORY;
    }
    parts.rmap().newAnon(fault, pfn);
    parts.tables().entry(fault.slot, Parts.written(parts.entry(pfn, bits), fault.flags));
    return FaultLeaf.DEMAND_ZERO;
  }

  private int newPage(VmFault fault) {
    return parts.spaces().anonVmas().prepare(fault.cpu, fault.vma)
        ? parts.newPage(fault.cpu, parts.contents().zeroed(Gfp.GFP_HIGHUSER_MOVABLE))
        : Pfn.NONE;
  }
}
