package dev.quarry.virtual.fault;

import dev.quarry.machine.Cpu;
import dev.quarry.virtual.Pte;
import dev.quarry.virtual.space.MmStruct;

/**
 * A page fault in an area on its way to be resolved: {@code struct vm_fault}. Each CPU has one that
 * it fills anew for each fault, as Linux has it on its stack.
 */
final class VmFault {
  final Cpu cpu;
  MmStruct mm;
  long vma;

  /** The area's. */
  long flags;

  /** Of the page's first byte. */
  long address;

  boolean write;

  /** The physical address of the entry. */
  long slot;

  long entry;

  /** Whose fault it is: who accesses another's memory pays for it. */
  MmStruct payer;

  /**
   * A page that others share is to become this process's own, as it is held: FAULT_FLAG_UNSHARE.
   */
  boolean unshare;

  /** Something was read. */
  boolean major;

  VmFault(Cpu cpu, MmStruct mm, long vma, long flags, long address, boolean write) {
    this.cpu = cpu;
    this.mm = mm;
    this.payer = mm;
    fill(mm, vma, flags, address, write);
  }

  /** Makes it another fault. */
  final void fill(MmStruct mm, long vma, long flags, long address, boolean write) {
    if (this.mm != mm) { // to store a reference costs a collector's barrier
      this.mm = mm;
    }
    if (payer != mm) {
      payer = mm;
    }
    unshare = false;
    this.vma = vma;
    this.flags = flags;
    this.address = address;
    this.write = write;
    this.entry = Pte.NONE;
    this.major = false;
  }
}
