package dev.quarry.virtual.fault;

import dev.quarry.machine.Cpu;
import dev.quarry.machine.Task;
import dev.quarry.physical.Gfp;
import dev.quarry.physical.LargeFolios;
import dev.quarry.physical.MemMap;
import dev.quarry.physical.PageState;
import dev.quarry.physical.Pfn;
import dev.quarry.physical.VmEvent;
import dev.quarry.virtual.HugeTables;
import dev.quarry.virtual.PageTables;
import dev.quarry.virtual.Pte;
import dev.quarry.virtual.space.HugePageSettings;
import dev.quarry.virtual.space.MmStruct;
import java.util.Objects;

/**
 * Makes one huge page of 512 small ones: {@code hpage_collapse_scan_pmd}, {@code
 * collapse_huge_page} (mm/khugepaged.c, 6.18).
 *
 * <pre>
 *   table ─► 512 entries: pages, zeros, none, swap       judged, then read from swap
 *   entry ─► 2 MiB, a copy; the table is deposited       what was shown before is given up
 * </pre>
 *
 * <p>The lock of the address space is held all the time; Linux gives it up while it allocates.
 */
final class Collapse {
  /** What became of a range: {@code enum scan_result}. */
  enum Result {
    SUCCEED,
    PMD_MAPPED,
    PMD_NULL,
    EXCEED_NONE_PTE,
    EXCEED_SWAP_PTE,
    EXCEED_SHARED_PTE,
    PAGE_ANON,
    PAGE_COUNT,
    LACK_REFERENCED_PAGE,
    ALLOC_HUGE_PAGE_FAIL,
    FAIL
  }

  private static final int FRAMES = HugePageSettings.FRAMES;

  private final Parts parts;
  private final MemMap map;
  private final LargeFolios folios;
  private final HugeRules rules;
  private final HugeEntries entries;
  private final SwapFault swap;

  Collapse(Parts parts, HugeRules rules, HugeEntries entries, SwapFault swap) {
    this.parts = parts;
    this.map = parts.map();
    this.folios = parts.memory().largeFolios();
    this.rules = rules;
    this.entries = entries;
    this.swap = swap;
  }

  /** What a look at the entries of a range found. */
  private static final class Scan {
    int none;
    int swapped;
    int shared;
    int referenced;
  }

  /**
   * Makes a huge page of a range if that is wanted.
   *
   * @param start of the huge page, wholly in the area
   * @param isDaemon whether the limits of khugepaged hold; an advice has none
   */
  Result range(Cpu cpu, MmStruct mm, long vma, long start, boolean isDaemon) {
    long slot = mm.tables().findUpperSlot(start);
    long entry = slot == PageTables.NO_SLOT ? Pte.NONE : parts.tables().entry(slot);
    if (entry == Pte.NONE) {
      return Result.PMD_NULL;
    }
    if (HugeTables.isHuge(entry)) {
      return Result.PMD_MAPPED;
    }
    parts.lru().drain(cpu); // what a batch holds looks like somebody else's
    Scan scan = new Scan();
    Result result = scan(cpu, mm, slot, isDaemon, scan);
    boolean idle = scan.referenced == 0 || (scan.swapped > 0 && scan.referenced < FRAMES / 2);
    if (result == Result.SUCCEED && isDaemon && idle) {
      return Result.LACK_REFERENCED_PAGE;
    }
    return result == Result.SUCCEED ? make(cpu, mm, vma, start, slot, isDaemon, scan) : result;
  }

  private Result scan(Cpu cpu, MmStruct mm, long slot, boolean isDaemon, Scan scan) {
    HugePageSettings settings = parts.spaces().settings().hugePages();
    for (int i = 0; i < FRAMES; i++) {
      long entry = parts.tables().entry(at(slot, i));
      if (entry == Pte.NONE || (Pte.isMapped(entry) && parts.pfn(entry) == parts.zeroPfn())) {
        if (++scan.none > settings.maxPtesNone() && isDaemon) {
          return exceeds(cpu, VmEvent.THP_SCAN_EXCEED_NONE_PTE, Result.EXCEED_NONE_PTE);
        }
      } else if (!Pte.isMapped(entry)) {
        if (++scan.swapped > settings.maxPtesSwap() && isDaemon) {
          return exceeds(cpu, VmEvent.THP_SCAN_EXCEED_SWAP_PTE, Result.EXCEED_SWAP_PTE);
        }
      } else {
        Result result = page(cpu, mm, entry, scan);
        if (result != Result.SUCCEED) {
          return result;
        }
        if (scan.shared > settings.maxPtesShared() && isDaemon) {
          return exceeds(cpu, VmEvent.THP_SCAN_EXCEED_SHARE_PTE, Result.EXCEED_SHARED_PTE);
        }
      }
    }
    return Result.SUCCEED;
  }

  private Result exceeds(Cpu cpu, VmEvent event, Result result) {
    parts.memory().events().count(cpu.id(), event, 1);
    return result;
  }

  /** A page must be private, and nobody but page tables may hold it. */
  private Result page(Cpu cpu, MmStruct mm, long entry, Scan scan) {
    int pfn = parts.pfn(entry);
    if ((PageState.flags(map.state(pfn)) & PageState.SWAPCACHE) != 0) {
      swap.swap().dropCached(cpu, pfn);
    }
    long state = map.state(pfn);
    if (!parts.rmap().isAnon(pfn)) {
      return Result.PAGE_ANON;
    }
    boolean large = LargeFolios.isPart(state);
    int head = large ? folios.head(pfn) : pfn;
    int mapcount = large ? folios.mapcount(head) : map.mapcount(pfn);
    if (PageState.refcount(map.state(head)) != mapcount) {
      return Result.PAGE_COUNT;
    }
    boolean shared = large ? !folios.isMappedByOnly(head, mm.huge().owner()) : mapcount > 1;
    scan.shared += shared ? 1 : 0;
    boolean young =
        (entry & Pte.ACCESSED) != 0 || (PageState.flags(state) & PageState.REFERENCED) != 0;
    scan.referenced += young ? 1 : 0;
    return Result.SUCCEED;
  }

  private long at(long slot, int index) {
    return entries.small(slot, (long) index << Parts.SHIFT);
  }

  private Result make(
      Cpu cpu, MmStruct mm, long vma, long start, long slot, boolean isDaemon, Scan scan) {
    int head = allocate(cpu, mm, slot, isDaemon);
    if (head == Pfn.NONE) {
      return Result.ALLOC_HUGE_PAGE_FAIL;
    }
    if (scan.swapped > 0 && !readSwapped(cpu, mm, vma, start, slot)) {
      drop(cpu, head);
      return Result.FAIL;
    }
    if (!isStillWhole(cpu, mm, slot)) {
      drop(cpu, head);
      return Result.PAGE_COUNT;
    }
    long table = entries.tables().clear(slot) & parts.tables().layout().frameMask();
    parts.tables().tlb().userRange(cpu, mm.tables(), start, FRAMES, true); // before the copy
    fill(cpu, mm, head, table);
    PageRmap rmap = parts.rmap();
    int index = (int) parts.spaces().areas().pgoffAt(vma, start);
    rmap.large().newHuge(mm, rmap.handle(vma), index, head);
    parts.lru().addLarge(head);
    long flags = parts.spaces().areas().flags(vma);
    entries.set(mm, slot, head, Parts.written(parts.bits(flags, false), flags), table);
    return Result.SUCCEED;
  }

  /** To make room for the huge page, some of the small ones may have been taken away. */
  private boolean isStillWhole(Cpu cpu, MmStruct mm, long slot) {
    parts.lru().drain(cpu);
    Scan again = new Scan();
    for (int i = 0; i < FRAMES; i++) {
      long entry = parts.tables().entry(at(slot, i));
      boolean none = entry == Pte.NONE || parts.pfnIfMapped(entry) == parts.zeroPfn();
      if (!none && (!Pte.isMapped(entry) || page(cpu, mm, entry, again) != Result.SUCCEED)) {
        return false;
      }
    }
    return true;
  }

  /** {@code alloc_charge_folio}: on the node that has most of the pages. */
  private int allocate(Cpu cpu, MmStruct mm, long slot, boolean isDaemon) {
    int gfp = isDaemon ? rules.khugepagedGfp() : Gfp.GFP_TRANSHUGE;
    int head =
        parts
            .allocator()
            .allocPagesNode(cpu, busiestNode(cpu, slot), -1, gfp, HugePageSettings.ORDER, null);
    VmEvent event =
        head == Pfn.NONE ? VmEvent.THP_COLLAPSE_ALLOC_FAILED : VmEvent.THP_COLLAPSE_ALLOC;
    Task before = cpu.task(mm.task()); // it counts for the process's group, not for the daemon's
    boolean charged = head == Pfn.NONE || parts.lru().charge(cpu, head, gfp);
    if (charged && head != Pfn.NONE) {
      parts.lru().count(cpu, event, 1);
    } else {
      parts.memory().events().count(cpu.id(), event, 1);
    }
    cpu.task(before);
    if (!charged) {
      parts.allocator().freePages(cpu, head, HugePageSettings.ORDER);
    }
    return charged ? head : Pfn.NONE;
  }

  private void drop(Cpu cpu, int head) {
    parts.lru().uncharge(head);
    parts.allocator().freePages(cpu, head, HugePageSettings.ORDER);
  }

  /** {@code hpage_collapse_find_target_node}. */
  private int busiestNode(Cpu cpu, long slot) {
    int[] load = new int[parts.memory().nodes().size()];
    if (load.length == 1) {
      return cpu.node();
    }
    int busiest = 0;
    for (int i = 0; i < FRAMES; i++) {
      long entry = parts.tables().entry(at(slot, i));
      if (Pte.isMapped(entry) && parts.pfn(entry) != parts.zeroPfn()) {
        load[Objects.requireNonNull(parts.memory().zoneOf(parts.pfn(entry))).node().id()]++;
      }
    }
    for (int node = 1; node < load.length; node++) {
      busiest = load[node] > load[busiest] ? node : busiest;
    }
    return busiest;
  }

  /** {@code __collapse_huge_page_swapin}. */
  private boolean readSwapped(Cpu cpu, MmStruct mm, long vma, long start, long slot) {
    long flags = parts.spaces().areas().flags(vma);
    for (int i = 0; i < FRAMES; i++) {
      long entry = parts.tables().entry(at(slot, i));
      if (entry != Pte.NONE && !Pte.isMapped(entry)) {
        long address = start + ((long) i << Parts.SHIFT);
        VmFault fault = new VmFault(cpu, mm, vma, flags, address, false);
        fault.slot = at(slot, i);
        fault.entry = entry;
        if (!swap.resolve(fault).isResolved()) {
          return false;
        }
      }
    }
    return true;
  }

  /** {@code __collapse_huge_page_copy}; the entries are gone from the tree already. */
  private void fill(Cpu cpu, MmStruct mm, int head, long table) {
    int width = parts.tables().layout().pointerBytes();
    for (int i = 0; i < FRAMES; i++) {
      long entry = parts.tables().entry(table + (long) i * width);
      int pfn = parts.pfn(entry);
      if (entry == Pte.NONE || pfn == parts.zeroPfn()) {
        parts.contents().zero(parts, head + i);
      } else {
        parts.contents().copy(parts, pfn, head + i);
        parts.rmap().release(cpu, mm, pfn);
      }
    }
  }
}
