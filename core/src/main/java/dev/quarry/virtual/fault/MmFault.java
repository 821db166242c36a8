package dev.quarry.virtual.fault;

import dev.quarry.machine.Cpu;
import dev.quarry.machine.Task;
import dev.quarry.physical.Gfp;
import dev.quarry.physical.LargeFolios;
import dev.quarry.physical.PageState;
import dev.quarry.physical.Pfn;
import dev.quarry.physical.VmEvent;
import dev.quarry.virtual.HugeTables;
import dev.quarry.virtual.PageTables;
import dev.quarry.virtual.Pte;
import dev.quarry.virtual.space.MmStruct;
import dev.quarry.virtual.space.VmFlags;
import org.jspecify.annotations.Nullable;

/**
 * Makes the page of an area present, or writable: {@code handle_mm_fault}, {@code handle_pte_fault}
 * (mm/memory.c, 6.18). The caller holds the lock of the address space.
 *
 * <pre>
 *   PMD ───┬─ none, and may be huge ► {@link HugeFault}
 *          └─ shows a huge page ────► {@link HugeFault}   else, or no huge page to be had:
 *   entry ─┬─ none ──────────┬─ area of memory ─► {@link AnonymousFault}  zeros
 *          │                 └─ area of a file ─► {@link FileFault}       read, copy, share
 *          ├─ in swap ─────────────────────────► {@link SwapFault}
 *          └─ shows a page ──┬─ write, read-only ► {@link WriteProtectFault}  copy, reuse
 *                            └─ else ────────────► spurious
 * </pre>
 */
final class MmFault {
  static final int GFP_TABLE = Gfp.GFP_KERNEL_ACCOUNT;

  private final Parts parts;
  private final AnonymousFault anonymous;
  private final FileFault file;
  private final SwapFault swap;
  private final WriteProtectFault writeProtect;
  private final FaultCounts counts;
  private final HugeFault huge;
  private final @Nullable VmFault[] faults;

  MmFault(Parts parts, SwapFault swap, FaultCounts counts, HugeFault huge, LockedPages locked) {
    this.parts = parts;
    this.counts = counts;
    this.huge = huge;
    this.faults = new VmFault[parts.memory().cpus().size()];
    this.anonymous = new AnonymousFault(parts);
    this.file = new FileFault(parts);
    this.swap = swap;
    this.writeProtect = new WriteProtectFault(parts, swap, locked);
  }

  /**
   * Handles a fault.
   *
   * @param cpu that the calling thread holds
   * @param flags the area's
   * @param address of the page's first byte
   */
  FaultLeaf handle(Cpu cpu, MmStruct mm, long vma, long flags, long address, boolean write) {
    VmFault fault = faults[cpu.id()];
    if (fault == null) {
      fault = new VmFault(cpu, mm, vma, flags, address, write);
      faults[cpu.id()] = fault;
    } else {
      fault.fill(mm, vma, flags, address, write);
    }
    return handle(fault);
  }

  /**
   * The same by a fault that its caller has filled. As with the large methods of areas (see the
   * package dev.quarry.virtual.space), it is more than HotSpot inlines: what is below it is
   * compiled with it, what is above it is not.
   */
  FaultLeaf handle(VmFault fault) {
    assert fault.mm.isHeldByMe() : fault.mm + " is not locked by who handles a fault in it";
    assert (fault.address & Parts.PAGE - 1) == 0 : fault.address + " is not a page's address";
    assert parts.spaces().areas().end(fault.vma) > fault.address
        : fault.address + " is above " + parts.spaces().areas().end(fault.vma);
    Task before = fault.cpu.task(fault.payer.task());
    parts.lru().boundary(fault.cpu);
    fault.slot = fault.mm.tables().findSlot(fault.address);
    FaultLeaf leaf;
    if (fault.slot == PageTables.NO_SLOT) {
      leaf = withoutTable(fault);
    } else {
      fault.entry = parts.tables().entry(fault.slot);
      leaf =
          fault.entry == Pte.NONE && parts.spaces().areas().isAnonymous(fault.vma)
              ? anonymous.resolve(fault)
              : small(fault);
    }
    fault.cpu.task(before);
    parts.memory().events().count(fault.cpu.id(), VmEvent.PGFAULT, 1);
    if (leaf.isResolved()) {
      fault.payer.countFault(fault.major);
      if ((fault.flags & VmFlags.LOCKED) != 0) {
        lock(fault);
      }
    }
    if (fault.major) {
      parts.memory().events().count(fault.cpu.id(), VmEvent.PGMAJFAULT, 1);
    }
    return counts.count(fault.cpu.id(), leaf);
  }

  /** A page that came to a locked area stays: {@code mlock_vma_folio}. */
  private void lock(VmFault fault) {
    long entry = fault.mm.tables().leaf(fault.address);
    int pfn = parts.pfnIfMapped(entry);
    if (pfn == Pfn.NONE) {
      return;
    }
    long state = parts.map().state(pfn);
    boolean zeros = (PageState.flags(state) & PageState.ZERO_PAGE) != 0;
    boolean part = LargeFolios.isPart(state) && (entry & Pte.PSE) == 0;
    if (!zeros && !part) {
      parts.lru().lock(fault.cpu, pfn);
    }
  }

  private FaultLeaf swapIn(VmFault fault) {
    FaultLeaf leaf = swap.resolve(fault);
    boolean copies = leaf == FaultLeaf.SWAP_IN && fault.write && (fault.entry & Pte.RW) == 0;
    FaultLeaf written = copies ? writeProtect.resolve(fault) : leaf;
    return written.isResolved() ? leaf : written;
  }

  /** There is no table of single pages: none yet, or a huge page. */
  private FaultLeaf withoutTable(VmFault fault) {
    PageTables tables = fault.mm.tables();
    long upper = tables.makeUpperSlot(fault.cpu, GFP_TABLE, fault.address);
    if (upper == PageTables.NO_SLOT) {
      return FaultLeaf.OUT_OF_MEMORY;
    }
    long entry = parts.tables().entry(upper);
    boolean isHuge = HugeTables.isHuge(entry);
    if (isHuge || huge.isPossible(fault)) {
      FaultLeaf leaf = isHuge ? huge.present(fault, upper, entry) : huge.missing(fault, upper);
      if (leaf != FaultLeaf.HUGE_FALLBACK) {
        return leaf;
      }
      counts.count(fault.cpu.id(), leaf);
    }
    fault.slot = tables.makeSlotBelow(fault.cpu, GFP_TABLE, upper, fault.address);
    if (fault.slot == PageTables.NO_SLOT) {
      return FaultLeaf.OUT_OF_MEMORY;
    }
    fault.entry = parts.tables().entry(fault.slot);
    return small(fault);
  }

  private FaultLeaf small(VmFault fault) {
    if (fault.entry == Pte.NONE) {
      boolean ofFile = !parts.spaces().areas().isAnonymous(fault.vma);
      return ofFile ? file.resolve(fault) : anonymous.resolve(fault);
    }
    if (!Pte.isMapped(fault.entry)) {
      return swapIn(fault);
    }
    if ((fault.write || fault.unshare) && (fault.entry & Pte.RW) == 0) {
      return writeProtect.resolve(fault);
    }
    return FaultLeaf.SPURIOUS;
  }
}
