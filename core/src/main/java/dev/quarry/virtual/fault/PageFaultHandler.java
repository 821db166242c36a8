package dev.quarry.virtual.fault;

import dev.quarry.machine.Cpu;
import dev.quarry.virtual.Access;
import dev.quarry.virtual.KernelSpace;
import dev.quarry.virtual.PageTableLayout;
import dev.quarry.virtual.PageTables;
import dev.quarry.virtual.Pte;
import dev.quarry.virtual.space.MmStruct;
import dev.quarry.virtual.space.StackArea;
import dev.quarry.virtual.space.VmAreaStruct;
import dev.quarry.virtual.space.VmFlags;

/**
 * What the kernel does when the processor refuses an access: {@code exc_page_fault}, {@code
 * do_kern_addr_fault}, {@code do_user_addr_fault} (arch/x86/mm/fault.c, 6.18).
 *
 * <pre>
 *   kernel's half ─┬─ two levels, in vmalloc space ─► VMALLOC_FAULT
 *                  ├─ allowed by now ───────────────► KERNEL_SPURIOUS
 *                  └─ else ─────────────────────────► KERNEL_HALF
 *   user's half ───┬─ in atomic context ────────────► ATOMIC
 *                  ├─ killed for its memory ────────► KILLED
 *                  ├─ no area ─────────────────────► NO_AREA
 *                  ├─ below a stack ─┬─ may not grow ► STACK_REFUSED
 *                  │                 └─ STACK_GROWN, as in an area
 *                  └─ in an area ─┬─ not allowed ──► ACCESS_DENIED
 *                                 └─ {@link MmFault}
 *   what failed ───┬─ in user mode ─────────────────► the signal that it says
 *                  ├─ in kernel mode, with a fixup ─► FIXUP
 *                  └─ in kernel mode ───────────────► OOPS
 * </pre>
 */
public final class PageFaultHandler {
  /** Of the error code: the entries are there, and forbid the access. */
  private static final int PROTECTION = 1;

  private final KernelSpace kernel;
  private final VmAreaStruct areas;
  private final MmFault mmFault;
  private final FaultCounts counts;
  private final OopsReport oops;

  PageFaultHandler(Parts parts, MmFault mmFault, FaultCounts counts) {
    this.kernel = parts.spaces().kernel();
    this.areas = parts.spaces().areas();
    this.mmFault = mmFault;
    this.counts = counts;
    this.oops = new OopsReport(parts.memory().log());
  }

  /** How often each leaf was reached. */
  public FaultCounts counts() {
    return counts;
  }

  /** The error code of an access that the tables refuse. */
  public static int errorCode(PageTables tables, long address, int access) {
    boolean present = tables.layout().isCanonical(address) && Pte.isPresent(tables.leaf(address));
    return present ? access | PROTECTION : access;
  }

  /**
   * Handles a fault.
   *
   * @param mm the address space that is in use; its lock is free
   * @param code bits of {@link Access}, and 1 if the entries are there
   * @return the leaf; what failed in kernel mode is FIXUP or OOPS
   */
  public FaultLeaf handle(Cpu cpu, MmStruct mm, long address, int code, FaultMode mode) {
    FaultLeaf leaf = decide(cpu, mm, address, code, mode);
    if (leaf.isResolved() || mode.isUser()) {
      return leaf;
    }
    if (mode.hasFixup()) {
      return counts.count(cpu.id(), FaultLeaf.FIXUP);
    }
    oops.print(cpu, mm.tables(), address, code, leaf);
    return counts.count(cpu.id(), FaultLeaf.OOPS);
  }

  /**
   * The same for a process's access to its own half, by who holds the lock of the address space.
   *
   * @param code as above; a write need not say whether the entries are there
   */
  FaultLeaf handleLocked(Cpu cpu, MmStruct mm, long address, int code) {
    return userHalf(cpu, mm, address, code);
  }

  private FaultLeaf decide(Cpu cpu, MmStruct mm, long address, int code, FaultMode mode) {
    if (!kernel.layout().tables().isCanonical(address)) {
      return counts.count(cpu.id(), FaultLeaf.NOT_CANONICAL);
    }
    if (Long.compareUnsigned(address, mm.taskSize()) >= 0) {
      return counts.count(cpu.id(), kernelHalf(mm, address, code));
    }
    if (mode.isAtomic()) {
      return counts.count(cpu.id(), FaultLeaf.ATOMIC);
    }
    mm.lock();
    try {
      return userHalf(cpu, mm, address, code);
    } finally {
      mm.unlock();
    }
  }

  /** {@code do_kern_addr_fault}. */
  private FaultLeaf kernelHalf(MmStruct mm, long address, int code) {
    boolean twoLevels = kernel.layout().tables() == PageTableLayout.X86_32;
    boolean missing = (code & (PROTECTION | Access.USER)) == 0;
    if (twoLevels
        && missing
        && kernel.layout().isVmalloc(address)
        && mm.tables().shareEntry(kernel.tables(), address)) {
      return FaultLeaf.VMALLOC_FAULT;
    }
    boolean mayBeOld = code == (PROTECTION | Access.WRITE) || code == (PROTECTION | Access.FETCH);
    boolean allowed =
        mayBeOld
            && kernel.tables().translate(address, code & ~PROTECTION) != PageTables.NO_TRANSLATION;
    return allowed ? FaultLeaf.KERNEL_SPURIOUS : FaultLeaf.KERNEL_HALF;
  }

  /** {@code do_user_addr_fault}, with the lock held. */
  private FaultLeaf userHalf(Cpu cpu, MmStruct mm, long address, int code) {
    if (mm.task().isVictim()) {
      return counts.count(cpu.id(), FaultLeaf.KILLED); // what it had may be gone
    }
    long vma = mm.findVma(address);
    if (vma == VmAreaStruct.NONE) {
      return counts.count(cpu.id(), FaultLeaf.NO_AREA);
    }
    if (areas.start(vma) > address) {
      if (!areas.has(vma, VmFlags.GROWSDOWN)) {
        return counts.count(cpu.id(), FaultLeaf.NO_AREA);
      }
      if (StackArea.expand(cpu, mm, vma, address) != 0) {
        return counts.count(cpu.id(), FaultLeaf.STACK_REFUSED);
      }
      counts.count(cpu.id(), FaultLeaf.STACK_GROWN);
    }
    long flags = areas.flags(vma);
    if (isDenied(flags, code)) {
      return counts.count(cpu.id(), FaultLeaf.ACCESS_DENIED);
    }
    boolean write = (code & Access.WRITE) != 0;
    long page = address & -PageTableLayout.PAGE_SIZE;
    return mmFault.handle(cpu, mm, vma, flags, page, write);
  }

  /**
   * {@code access_error}. A load that the entries refuse though they are there is refused: x86
   * cannot forbid reading what may be written or executed.
   */
  private static boolean isDenied(long flags, int code) {
    if ((code & Access.WRITE) != 0) {
      return (flags & VmFlags.WRITE) == 0;
    }
    return (code & PROTECTION) != 0 || (flags & VmFlags.ACCESS) == 0;
  }
}
