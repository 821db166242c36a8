package dev.quarry.virtual.fault;

import dev.quarry.physical.MemMap;
import dev.quarry.physical.PageState;
import dev.quarry.physical.Pfn;
import dev.quarry.physical.VmEvent;
import dev.quarry.virtual.HugeTables;
import dev.quarry.virtual.Pte;
import dev.quarry.virtual.space.HugePageSettings;

/**
 * Faults that huge pages resolve: {@code do_huge_pmd_anonymous_page}, {@code do_huge_pmd_wp_page},
 * {@code do_huge_zero_wp_pmd} (mm/huge_memory.c, 6.18).
 *
 * <pre>
 *   no entry ─┬─ read ──► huge page of zeros
 *             └─ write ─► huge page of its own    none of order 9 to be had ─► FALLBACK
 *   entry ────┬─ write to zeros ──► huge page of its own
 *             ├─ write to a page that nobody else has ──► reuse
 *             ├─ write to a shared one ─► 512 small entries, and FALLBACK: one page is copied
 *             └─ else ─► spurious
 * </pre>
 */
final class HugeFault {
  private final Parts parts;
  private final MemMap map;
  private final HugeRules rules;
  private final HugeEntries entries;
  private final HugeZeroPage zero;
  private final Khugepaged khugepaged;

  HugeFault(
      Parts parts, HugeRules rules, HugeEntries entries, HugeZeroPage zero, Khugepaged khugepaged) {
    this.parts = parts;
    this.map = parts.map();
    this.rules = rules;
    this.entries = entries;
    this.zero = zero;
    this.khugepaged = khugepaged;
  }

  /** Whether the huge page of an address that has no entry may be brought. */
  boolean isPossible(VmFault fault) {
    return rules.mayFault(fault.mm, fault.vma, fault.flags)
        && rules.isSuitable(fault.vma, fault.address);
  }

  /** First access to what would be a huge page. */
  FaultLeaf missing(VmFault fault, long slot) {
    if (!parts.spaces().anonVmas().prepare(fault.cpu, fault.vma)) {
      return FaultLeaf.OUT_OF_MEMORY;
    }
    khugepaged.enter(fault.mm, fault.vma);
    boolean zeros = !fault.write && parts.spaces().settings().hugePages().useZeroPage();
    int head = zeros ? zero.get(fault.cpu, fault.mm) : allocate(fault);
    if (head == Pfn.NONE) {
      return zeros ? fallback(fault) : FaultLeaf.HUGE_FALLBACK;
    }
    long table = entries.tables().allocate(fault.cpu, MmFault.GFP_TABLE);
    if (table == HugeTables.NO_TABLE) {
      if (!zeros) {
        parts.lru().uncharge(head);
        parts.allocator().freePages(fault.cpu, head, HugePageSettings.ORDER);
      }
      return FaultLeaf.OUT_OF_MEMORY;
    }
    if (zeros) {
      entries.set(fault.mm, slot, head, parts.bits(fault.flags, false), table);
      return FaultLeaf.HUGE_ZERO_PAGE;
    }
    map(fault, slot, head, table);
    return FaultLeaf.HUGE_DEMAND_ZERO;
  }

  private int allocate(VmFault fault) {
    int gfp = parts.contents().zeroed(rules.gfp(fault.flags));
    int head = parts.allocator().allocPages(fault.cpu, gfp, HugePageSettings.ORDER);
    if (head == Pfn.NONE) {
      fallback(fault);
      return Pfn.NONE;
    }
    if (!parts.lru().charge(fault.cpu, head, gfp)) {
      parts.allocator().freePages(fault.cpu, head, HugePageSettings.ORDER);
      fallback(fault);
      parts.memory().events().count(fault.cpu.id(), VmEvent.THP_FAULT_FALLBACK_CHARGE, 1);
      return Pfn.NONE;
    }
    return head;
  }

  private FaultLeaf fallback(VmFault fault) {
    parts.memory().events().count(fault.cpu.id(), VmEvent.THP_FAULT_FALLBACK, 1);
    return FaultLeaf.HUGE_FALLBACK;
  }

  /** {@code map_anon_folio_pmd}. */
  private void map(VmFault fault, long slot, int head, long table) {
    enter(fault, head);
    long bits = parts.bits(fault.flags, false);
    // A page that was only read is clean; this one is a writer's, or zeros may not be shared.
    entries.set(fault.mm, slot, head, Parts.written(bits, fault.flags), table);
    parts.lru().count(fault.cpu, VmEvent.THP_FAULT_ALLOC, 1);
  }

  private void enter(VmFault fault, int head) {
    long first = HugeRules.start(fault.address);
    PageRmap rmap = parts.rmap();
    int index = (int) parts.spaces().areas().pgoffAt(fault.vma, first);
    rmap.large().newHuge(fault.mm, rmap.handle(fault.vma), index, head);
    parts.lru().addLarge(head);
  }

  /** Access to what a huge entry shows. */
  FaultLeaf present(VmFault fault, long slot, long entry) {
    if (!fault.write || (entry & Pte.RW) != 0) {
      return FaultLeaf.SPURIOUS;
    }
    int head = parts.pfn(entry);
    if (zero.is(head)) {
      return writeZeros(fault, slot);
    }
    if (isReusable(head)) {
      parts.rmap().moveAnon(fault.vma, head);
      parts.tables().entry(slot, Parts.written(entry, fault.flags));
      return FaultLeaf.HUGE_COW_REUSE;
    }
    entries.split(fault.cpu, fault.mm, slot);
    return FaultLeaf.HUGE_FALLBACK;
  }

  private boolean isReusable(int head) {
    long state = map.state(head);
    return (PageState.flags(state) & PageState.ANON_EXCLUSIVE) != 0
        || PageState.refcount(state) == 1;
  }

  private FaultLeaf writeZeros(VmFault fault, long slot) {
    boolean prepared = parts.spaces().anonVmas().prepare(fault.cpu, fault.vma);
    int head = prepared ? allocate(fault) : Pfn.NONE;
    if (head == Pfn.NONE) {
      entries.split(fault.cpu, fault.mm, slot);
      return FaultLeaf.HUGE_FALLBACK;
    }
    enter(fault, head);
    long bits = Parts.written(parts.bits(fault.flags, false), fault.flags);
    parts.tables().entry(slot, parts.entry(head, bits) | Pte.PSE); // its table is deposited
    long first = HugeRules.start(fault.address);
    parts
        .tables()
        .tlb()
        .userRange(fault.cpu, fault.mm.tables(), first, HugePageSettings.FRAMES, false);
    parts.lru().count(fault.cpu, VmEvent.THP_FAULT_ALLOC, 1);
    return FaultLeaf.HUGE_COW_ZERO_PAGE;
  }
}
