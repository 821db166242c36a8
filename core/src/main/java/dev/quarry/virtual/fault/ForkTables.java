package dev.quarry.virtual.fault;

import dev.quarry.machine.Cpu;
import dev.quarry.machine.Host;
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
  private final MmStruct parent;
  private final MmStruct child;
  private final SwapSpace swap;
  private final HugeEntries huge;
  private final TableMemory tables;
  private final MemMap map;
  private final boolean isPrivate;
  private final long[] rss = new long[KINDS.length];
  private final boolean hasOwn;
  private final int shift;
  private final long frameMask;
  private boolean failed;

  private ForkTables(
      Parts parts,
      Cpu cpu,
      MmStruct parent,
      long vmFlags,
      MmStruct child,
      SwapSpace swap,
      HugeEntries huge) {
    this.parts = parts;
    this.cpu = cpu;
    this.parent = parent;
    this.child = child;
    this.swap = swap;
    this.huge = huge;
    this.tables = parts.tables();
    this.map = parts.map();
    this.isPrivate = (vmFlags & (VmFlags.SHARED | VmFlags.MAYWRITE)) == VmFlags.MAYWRITE;
    this.hasOwn = isPrivate && tables.isWide();
    this.shift = tables.layout().entryShift();
    this.frameMask = tables.layout().frameMask();
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
    ForkTables copy = new ForkTables(parts, cpu, mm, areas.flags(vma), child, swap, huge);
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
    long to = PageTables.NO_SLOT;
    for (int i = 0; i < entries && !failed; i++) {
      long from = slot + ((long) i << shift);
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
        tables.entry(to + ((long) i << shift), entry(from, entry));
        i += hasOwn ? ownPages(slot, to, i + 1, entries) : 0;
      }
    }
  }

  /**
   * The usual case: pages that are the parent's alone, a frame each, one after the other. As with
   * the large methods of areas (see the package dev.quarry.virtual.space), it is more than HotSpot
   * inlines, so that the loop is compiled for itself.
   *
   * @param first the number of the first entry, behind {@code slot} and {@code to}
   * @return how many there were
   */
  private int ownPages(long slot, long to, int first, int entries) {
    assert parent.isHeldByMe() : parent + " is not locked by who copies it";
    assert child.isHeldByMe() : child + " is not locked by who fills it";
    assert tables.isWide() : "entries of " + tables.layout() + " have no 8 bytes";
    assert first <= entries : first + " is behind the last of " + entries + " entries";
    assert slot != to && (to - slot & Parts.PAGE - 1) == 0
        : "entry 0x" + Long.toHexString(to) + " is not the same as 0x" + Long.toHexString(slot);
    long mask = frameMask;
    long parents = tables.host(slot, entries);
    long apart = tables.host(to, entries) - parents;
    long end = parents + (long) entries * Long.BYTES;
    long at = parents + (long) first * Long.BYTES;
    for (; at < end; at += Long.BYTES) {
      long entry = Host.getLong(Host.address(at));
      if ((entry & Pte.PRESENT) == 0 || !map.tryShareAnon((int) ((entry & mask) >>> Parts.SHIFT))) {
        break;
      }
      // With the lock held no access marks it meanwhile.
      Host.putLong(Host.address(at), entry & ~Pte.RW);
      Host.putLong(Host.address(at + apart), entry & ~(Pte.RW | Pte.ACCESSED));
    }
    int pages = (int) ((at - parents) / Long.BYTES) - first;
    rss[RssKind.ANON.ordinal()] += pages;
    return pages;
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
