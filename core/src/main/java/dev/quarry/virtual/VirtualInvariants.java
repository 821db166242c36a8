package dev.quarry.virtual;

import dev.quarry.physical.FrameKind;
import dev.quarry.physical.MemMap;
import dev.quarry.physical.PageState;
import dev.quarry.physical.Pfn;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.List;
import java.util.Locale;

/**
 * Checks every equation of the kernel's half. The machine must be at rest.
 *
 * <pre>
 *   tables:  frames of type table in all trees, and deposited in them == allocated - freed
 *   areas:   sorted, disjoint, in vmalloc space; lazy pages, pages of arrays == what is counted
 *   entries: sum over areas of the pages that they map == present entries of vmalloc space,
 *            each with the frame that its area says; no frame in two areas; guards absent
 *   kmap:    a slot has an entry exactly while its count is not 0
 * </pre>
 */
public final class VirtualInvariants {
  private static final int SHIFT = PageTableLayout.PAGE_SHIFT;
  private static final int MOST_FINDINGS = 50;

  private final KernelSpace space;
  private final PageTables tables;
  private final VmStructs structs;
  private final MemMap map;
  private final List<String> findings = new ArrayList<>();
  private final BitSet owned = new BitSet();
  private long mapped;

  private VirtualInvariants(KernelSpace space) {
    this.space = space;
    this.tables = space.tables();
    this.structs = space.areas().structs;
    this.map = space.memory().map();
  }

  /** Checks the kernel's half of a machine; an empty list is a sound one. */
  public static List<String> check(KernelSpace space) {
    VirtualInvariants check = new VirtualInvariants(space);
    check.tableFrames();
    check.areas();
    check.kmap();
    return check.findings;
  }

  private void expect(boolean holds, String finding, Object... values) {
    if (!holds && findings.size() < MOST_FINDINGS) {
      findings.add(String.format(Locale.ROOT, finding, values));
    }
  }

  private void tableFrames() {
    TableMemory memory = tables.memory();
    BitSet seen = new BitSet();
    for (PageTables root : memory.roots()) {
      collect(root.root(), tables.layout().topLevel(), seen);
    }
    expect(
        seen.cardinality() == memory.tables(),
        "%d tables are in the trees, %d counted",
        seen.cardinality(),
        memory.tables());
  }

  /** Adds a table and those below it; tables that roots share are looked at once. */
  private void collect(long table, int level, BitSet seen) {
    if (table >>> SHIFT >= map.endPfn()) {
      expect(
          false,
          "frame %d is a table, and the machine ends before %d",
          table >>> SHIFT,
          map.endPfn());
      return;
    }
    int pfn = (int) (table >>> SHIFT);
    if (seen.get(pfn)) {
      return;
    }
    seen.set(pfn);
    long state = map.state(pfn);
    expect(
        PageState.isAllocated(state) && (PageState.flags(state) & PageState.PGTABLE) != 0,
        "frame %d is a table, its state is %x",
        pfn,
        state);
    deposits(pfn, seen);
    for (int i = 0; level > 0 && i < tables.layout().entries(); i++) {
      long entry = tables.memory().entry(table + ((long) i << tables.layout().entryShift()));
      if (Pte.isPresent(entry) && !Pte.isLeaf(entry, level)) {
        collect(entry & tables.layout().frameMask(), level - 1, seen);
      }
    }
  }

  /** Adds the tables that a table keeps for its huge entries. */
  private void deposits(int keeper, BitSet seen) {
    int at = HugeTables.next(map, keeper);
    while (at != HugeTables.NO_DEPOSIT) {
      expect(!seen.get(at), "frame %d is deposited, and a table elsewhere", at);
      long state = map.state(at);
      boolean table = (PageState.flags(state) & PageState.PGTABLE) != 0;
      expect(table, "frame %d is deposited, its state is %x", at, state);
      if (seen.get(at) || !table) {
        return;
      }
      seen.set(at);
      at = HugeTables.next(map, at);
    }
  }

  private void areas() {
    AreaList list = space.areas().list;
    long lazy = 0;
    long pages = 0;
    long end = space.layout().vmallocStart();
    for (long vm = list.head(); vm != VmStructs.NONE; vm = structs.next(vm)) {
      expect(
          structs.address(vm) >= end,
          "area %x begins before %x, the end of the one before",
          structs.address(vm),
          end);
      end = structs.end(vm);
      pages += structs.nrPages(vm);
      boolean gone = structs.has(vm, VmStructs.VM_LAZY);
      lazy += gone ? structs.size(vm) >>> SHIFT : 0;
      mapped += gone ? 0 : pagesOf(vm);
    }
    expect(end <= space.layout().vmallocEnd(), "the last area ends at %x", end);
    expect(lazy == list.lazyPages(), "%d lazy pages, %d counted", lazy, list.lazyPages());
    long counted = space.vmalloc().nrPages();
    expect(pages == counted, "%d pages in areas, %d counted", pages, counted);
    long present = presentPages();
    expect(present == mapped, "%d pages of vmalloc space are mapped, %d by areas", present, mapped);
  }

  /** Checks an area's entries; returns how many pages it maps. */
  private long pagesOf(long vm) {
    long address = structs.address(vm);
    long pages = structs.usablePages(vm);
    boolean own = structs.has(vm, VmStructs.VM_ALLOC);
    int[] frames = own ? space.vmalloc().frames(vm) : new int[0];
    expect(!own || frames.length == pages, "area %x: %d frames", address, frames.length);
    for (int i = 0; i < pages; i++) {
      long at = address + ((long) i << SHIFT);
      long frame = frameAt(at);
      if (own && i < frames.length) {
        expect(frame == frames[i], "%x shows frame %d, its area says %d", at, frame, frames[i]);
        owns(frames[i]);
      } else if (structs.has(vm, VmStructs.VM_IOREMAP)) {
        long device = (structs.physical(vm) >>> SHIFT) + i;
        expect(frame == device, "%x shows page %d of a device, not %d", at, frame, device);
      } else {
        expect(frame != Pfn.NONE, "%x of a vmap area shows nothing", at);
      }
    }
    long guard = address + (pages << SHIFT);
    expect(frameAt(guard) == Pfn.NONE, "the guard at %x shows a page", guard);
    return pages;
  }

  private void owns(int pfn) {
    expect(!owned.get(pfn), "frame %d is in two areas", pfn);
    expect(
        space.memory().kindOf(pfn) == FrameKind.ALLOCATED,
        "frame %d of an area is %s",
        pfn,
        space.memory().kindOf(pfn));
    owned.set(pfn);
  }

  /** The frame that an address shows, large entries included. */
  private long frameAt(long address) {
    PageTables.Step last = tables.walk(address).getLast();
    PteState state = PteState.of(tables.layout(), last.entry(), last.level());
    if (!(state instanceof PteState.Present present)) {
      return Pfn.NONE;
    }
    return present.frame() + (tables.layout().pageOf(address) & pagesBelow(last.level()));
  }

  private long pagesBelow(int level) {
    return tables.layout().pages(level) - 1;
  }

  private long presentPages() {
    long[] present = {0};
    tables.forEachRun(
        space.layout().vmallocStart(),
        space.layout().vmallocPages(),
        (address, slot, entries, level) -> {
          for (int i = 0; i < entries; i++, slot += tables.layout().pointerBytes()) {
            boolean shows = tables.memory().entry(slot) != Pte.NONE;
            present[0] += shows ? tables.layout().pages(level) : 0;
          }
        });
    return present[0];
  }

  private void kmap() {
    if (!space.layout().hasHighMem()) {
      return;
    }
    KmapPool pool = space.highMem().pool();
    for (int slot = 0; slot < KernelLayout.PKMAP_SLOTS; slot++) {
      int expected = pool.count(slot) > 0 ? pool.frame(slot) : Pfn.NONE;
      long frame = frameAt(space.layout().pkmapAddress(slot));
      expect(frame == expected, "kmap slot %d shows frame %d, not %d", slot, frame, expected);
    }
    KmapLocal local = space.highMem().local();
    for (int cpu = 0; cpu < space.memory().cpus().size(); cpu++) {
      for (int slot = 0; slot < KernelLayout.LOCAL_SLOTS; slot++) {
        int expected = slot < local.depth(cpu) ? local.frame(cpu, slot) : Pfn.NONE;
        long frame = frameAt(space.layout().localAddress(cpu, slot));
        expect(frame == expected, "CPU %d, slot %d shows %d, not %d", cpu, slot, frame, expected);
      }
    }
  }
}
