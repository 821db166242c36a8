package dev.quarry.virtual.fault;

import dev.quarry.machine.Cpu;
import dev.quarry.virtual.PageTableLayout;
import dev.quarry.virtual.Pte;
import dev.quarry.virtual.space.MmStruct;
import java.util.function.LongPredicate;

/** Brings pages back because their swap area goes: {@code try_to_unuse} (mm/swapfile.c, 6.18). */
public final class SwapOff {
  private final Parts parts;
  private final SwapFault swap;

  SwapOff(Parts parts, SwapFault swap) {
    this.parts = parts;
    this.swap = swap;
  }

  /**
   * Brings the pages of an address space back whose entries are meant: {@code unuse_mm}.
   *
   * @return whether all came back; false without memory, or if one could not be read
   */
  public boolean bringBack(Cpu cpu, MmStruct mm, LongPredicate meant) {
    if (!parts.spaces().lockIfThere(mm)) {
      return true;
    }
    try {
      boolean[] all = {true};
      int step = parts.tables().layout().pointerBytes();
      mm.tables()
          .forEachRun(
              0,
              mm.taskSize() >>> Parts.SHIFT,
              (address, slot, entries, level) -> {
                for (int i = 0; i < entries && all[0]; i++) {
                  long at = address + ((long) i << PageTableLayout.PAGE_SHIFT);
                  all[0] = one(cpu, mm, at, slot + (long) i * step, meant);
                }
              });
      return all[0];
    } finally {
      mm.unlock();
    }
  }

  private boolean one(Cpu cpu, MmStruct mm, long address, long slot, LongPredicate meant) {
    long entry = parts.tables().entry(slot);
    if (entry == Pte.NONE || Pte.isMapped(entry) || !meant.test(entry)) {
      return true;
    }
    long vma = mm.lookup(address);
    VmFault fault = new VmFault(cpu, mm, vma, parts.spaces().areas().flags(vma), address, false);
    fault.slot = slot;
    fault.entry = entry;
    return swap.resolve(fault).isResolved();
  }
}
