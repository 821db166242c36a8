package dev.quarry.virtual.fault;

import dev.quarry.machine.Cpu;
import dev.quarry.physical.LargeFolios;
import dev.quarry.physical.MemMap;
import dev.quarry.physical.PageState;
import dev.quarry.virtual.HugeTables;
import dev.quarry.virtual.PageTableLayout;
import dev.quarry.virtual.PageTables;
import dev.quarry.virtual.Pte;
import dev.quarry.virtual.RunVisitor;
import dev.quarry.virtual.TableMemory;
import dev.quarry.virtual.space.MmStruct;
import dev.quarry.virtual.space.RssKind;
import dev.quarry.virtual.space.VmAreaStruct;
import dev.quarry.virtual.space.VmFlags;

/**
 * Gives a child the entries of its parent's area: {@code copy_page_range}, {@code copy_present_pte}
 * (mm/memory.c, 6.18).
 *
 * <pre>
 *   private  parent rw ─► ro      child ro     the first that writes copies
 *   shared   parent rw            child rw     both write the same page
 * </pre>
 *
 * <p>An area that never had a private page is not gone over: page faults fill it again.
 */
final class ForkTables implements RunVisitor {
  private static final RssKind[] KINDS = RssKind.values();

  private final Parts parts;
  private final Cpu cpu;
  private final MmStruct child;
  private final SwapSpace swap;
  private final HugeEntries huge;
  private final TableMemory tables;
  private final MemMap map;
  private final boolean isPrivate;
  private final long[] rss = new long[KINDS.length];
  private boolean failed;

  private ForkTables(
      Parts parts, Cpu cpu, long vmFlags, MmStruct child, SwapSpace swap, HugeEntries huge) {
    this.parts = parts;
    this.cpu = cpu;
    this.child = child;
    this.swap = swap;
    this.huge = huge;
    this.tables = parts.tables();
    this.map = parts.map();
    this.isPrivate = (vmFlags & (VmFlags.SHARED | VmFlags.MAYWRITE)) == VmFlags.MAYWRITE;
  }

  /** See {@link UserPages#copy}. */
  static boolean copy(
      Parts parts,
      Cpu cpu,
      MmStruct mm,
      long vma,
      MmStruct child,
      SwapSpace swap,
      HugeEntries huge) {
    VmAreaStruct areas = parts.spaces().areas();
    if (areas.anonVma(vma) == VmAreaStruct.NONE) {
      return true;
    }
    ForkTables copy = new ForkTables(parts, cpu, areas.flags(vma), child, swap, huge);
    mm.tables().forEachRun(areas.start(vma), areas.pages(vma), copy);
    for (RssKind kind : KINDS) {
      child.addRss(kind, copy.rss[kind.ordinal()]);
    }
    return !copy.failed;
  }

  @Override
  public void run(long address, long slot, int entries, int level) {
    if (level > PageTableLayout.PTE_LEVEL) {
      boolean copied = failed || huge.copy(cpu, child, address, slot, isPrivate);
      if (!copied && !HugeTables.isHuge(tables.entry(slot))) { // split to make room for a table
        run(address, huge.small(slot, 0), tables.layout().entries(), PageTableLayout.PTE_LEVEL);
      } else {
        failed = !copied || failed;
      }
      return;
    }
    int step = tables.layout().pointerBytes();
    long to = PageTables.NO_SLOT;
    for (int i = 0; i < entries && !failed; i++) {
      long from = slot + (long) i * step;
      long entry = tables.entry(from);
      if (entry == Pte.NONE) {
        continue;
      }
      if (to == PageTables.NO_SLOT) {
        to = child.tables().makeSlot(cpu, MmFault.GFP_TABLE, address);
        failed = to == PageTables.NO_SLOT;
        entry = tables.entry(from); // to make room for the table, it may have been taken away
      }
      if (!failed && entry != Pte.NONE) {
        tables.entry(to + (long) i * step, entry(from, entry));
      }
    }
  }

  /** Counts a page for the child, and returns its entry. */
  private long entry(long from, long entry) {
    if (!Pte.isMapped(entry)) {
      swap.duplicate(entry);
      rss[RssKind.SWAP.ordinal()]++;
      return entry;
    }
    int pfn = parts.pfn(entry);
    if (LargeFolios.isPart(map.state(pfn)) && parts.rmap().large().dupSmall(child, pfn)) {
      rss[RssKind.ANON.ordinal()]++;
    } else if (pfn != parts.zeroPfn()) {
      long before = map.addReference(pfn, PageState.ANON_EXCLUSIVE);
      rss[PageRmap.kind(before).ordinal()]++;
      if ((before & PageState.ANON_EXCLUSIVE) != 0) {
        map.mapcount(pfn, 2); // it was this address space's alone, whose lock is held
      } else {
        map.addMapcount(pfn, 1);
      }
    }
    if (!isPrivate) {
      return entry & ~(Pte.ACCESSED | Pte.DIRTY);
    }
    if ((entry & Pte.RW) != 0) {
      tables.entry(from, entry & ~Pte.RW); // with the lock held no access marks it meanwhile
    }
    return entry & ~(Pte.RW | Pte.ACCESSED);
  }
}
