package dev.quarry.virtual.fault;

import dev.quarry.machine.Cpu;
import dev.quarry.virtual.Pte;
import dev.quarry.virtual.space.MmStruct;

/** A page fault in an area on its way to be resolved: {@code struct vm_fault}. */
final class VmFault {
  final Cpu cpu;
  final MmStruct mm;
  final long vma;

  /** The area's. */
  final long flags;

  /** Of the page's first byte. */
  final long address;

  final boolean write;

  /** The physical address of the entry. */
  long slot;

  long entry = Pte.NONE;

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
    this.vma = vma;
    this.flags = flags;
    this.address = address;
    this.write = write;
  }
}
