package dev.quarry.virtual.fault;

import dev.quarry.machine.Cpu;
import dev.quarry.physical.VmEvent;
import dev.quarry.virtual.HugeTables;
import dev.quarry.virtual.PageTableLayout;
import dev.quarry.virtual.PageTables;
import dev.quarry.virtual.Pte;
import dev.quarry.virtual.space.HugePageSettings;
import dev.quarry.virtual.space.MmStruct;

/**
 * Huge entries come, go, move, and become small ones: {@code set_pmd_at} and its users, {@code
 * zap_huge_pmd}, {@code copy_huge_pmd}, {@code move_huge_pmd}, {@code __split_huge_pmd_locked}
 * (mm/huge_memory.c, 6.18).
 *
 * <pre>
 *   before  PMD entry ─► 2 MiB                   a table is deposited
 *   after   PMD entry ─► table ─► 512 entries    that very table
 * </pre>
 *
 * <p>The lock of the address space is held.
 */
final class HugeEntries {
  private static final int FRAMES = HugePageSettings.FRAMES;
  private static final long BYTES = HugePageSettings.BYTES;

  private final Parts parts;
  private final HugeTables tables;
  private final HugeZeroPage zero;

  HugeEntries(Parts parts, HugeZeroPage zero) {
    this.parts = parts;
    this.tables = new HugeTables(parts.tables());
    this.zero = zero;
  }

  HugeTables tables() {
    return tables;
  }

  /** Writes an entry that shows a huge page, with the table that is deposited for it. */
  void set(MmStruct mm, long slot, int head, long bits, long table) {
    tables.deposit(slot, table);
    parts.tables().entry(slot, parts.entry(head, bits) | Pte.PSE);
    mm.huge().addEntries(1);
  }

  /** Gives up what a huge entry showed that was cleared, and its table. */
  void zap(Cpu cpu, MmStruct mm, long slot, long entry) {
    tables.free(cpu, tables.withdraw(slot));
    mm.huge().addEntries(-1);
    int head = parts.pfn(entry);
    if (!zero.is(head)) {
      parts.rmap().large().removeHuge(cpu, mm, head);
      parts.allocator().freePages(cpu, head, HugePageSettings.ORDER);
    }
  }

  /**
   * Makes 512 small entries of a huge one.
   *
   * @param slot of the huge entry
   */
  void split(Cpu cpu, MmStruct mm, long slot) {
    long entry = tables.clear(slot);
    long table = tables.withdraw(slot);
    int head = parts.pfn(entry);
    boolean zeros = zero.is(head);
    long bits = (entry & ~parts.tables().layout().frameMask()) & ~Pte.PSE;
    long first = parts.entry(zeros ? parts.zeroPfn() : head, bits);
    long step = zeros ? 0 : Parts.PAGE;
    int width = parts.tables().layout().pointerBytes();
    for (int i = 0; i < FRAMES; i++) {
      parts.tables().entry(table + (long) i * width, first + i * step);
    }
    if (!zeros) {
      parts.rmap().large().splitEntry(mm, head);
    }
    tables.populate(slot, table);
    mm.huge().addEntries(-1);
    parts.tables().tlb().userAll(cpu, mm.tables()); // 512 pages are more than it flushes singly
    parts.memory().events().count(cpu.id(), VmEvent.THP_SPLIT_PMD, 1);
  }

  /** Splits the huge entry that reaches from below an address to above it, if there is one. */
  void splitAt(Cpu cpu, MmStruct mm, long address) {
    long slot = slotAcross(mm, address);
    if (slot != PageTables.NO_SLOT) {
      split(cpu, mm, slot);
    }
  }

  /** Where the huge entry is that reaches from below an address to above it, if there is one. */
  long slotAcross(MmStruct mm, long address) {
    if (mm.huge().entries() == 0 || (address & BYTES - 1) == 0) {
      return PageTables.NO_SLOT;
    }
    long slot = mm.tables().findUpperSlot(address);
    boolean huge = slot != PageTables.NO_SLOT && HugeTables.isHuge(parts.tables().entry(slot));
    return huge ? slot : PageTables.NO_SLOT;
  }

  /**
   * Gives a child a huge entry of its parent's.
   *
   * @param isPrivate whether both lose the right to write
   * @return false without memory for tables, or if the entry is no huge one any more
   */
  boolean copy(Cpu cpu, MmStruct child, long address, long slot, boolean isPrivate) {
    long to = child.tables().makeUpperSlot(cpu, MmFault.GFP_TABLE, address);
    long table =
        to == PageTables.NO_SLOT ? HugeTables.NO_TABLE : tables.allocate(cpu, MmFault.GFP_TABLE);
    if (table == HugeTables.NO_TABLE) {
      return false;
    }
    long entry = parts.tables().entry(slot);
    if (!HugeTables.isHuge(entry)) {
      tables.free(cpu, table);
      return false;
    }
    int head = parts.pfn(entry);
    if (zero.is(head)) {
      zero.get(cpu, child); // there is one: this entry's
    } else {
      parts.rmap().large().dupHuge(child, head);
    }
    long off = isPrivate ? Pte.RW : 0;
    parts.tables().entry(slot, entry & ~off);
    long bits = entry & ~parts.tables().layout().frameMask();
    set(child, to, head, bits & ~(off | Pte.ACCESSED | Pte.PSE), table);
    return true;
  }

  /**
   * Moves pages between addresses of an address space that has huge entries: {@code
   * move_page_tables}.
   *
   * @return how many bytes were moved: fewer than asked for without memory for tables
   */
  long move(Cpu cpu, MmStruct mm, long from, long to, long bytes) {
    for (long done = 0; done < bytes; ) {
      long source = from + done;
      long step = Math.min(bytes - done, BYTES - (source & BYTES - 1));
      long slot = mm.tables().findUpperSlot(source);
      boolean huge = slot != PageTables.NO_SLOT && HugeTables.isHuge(parts.tables().entry(slot));
      if (huge && step == BYTES && ((to + done) & BYTES - 1) == 0) {
        int moved = moveHuge(cpu, mm, slot, to + done);
        if (moved < 0) {
          return done;
        }
        if (moved > 0) {
          done += step;
          continue;
        }
      }
      if (huge) {
        split(cpu, mm, slot);
      }
      long pages = step >>> Parts.SHIFT;
      long moved = mm.tables().move(cpu, MmFault.GFP_TABLE, source, to + done, pages);
      done += moved << Parts.SHIFT;
      if (moved < pages) {
        return done;
      }
    }
    return bytes;
  }

  /** 1: moved; 0: a table is in the way; -1: no memory for tables. */
  private int moveHuge(Cpu cpu, MmStruct mm, long slot, long to) {
    long target = mm.tables().makeUpperSlot(cpu, MmFault.GFP_TABLE, to);
    if (target == PageTables.NO_SLOT) {
      return -1;
    }
    if (parts.tables().entry(target) != Pte.NONE) {
      return 0;
    }
    long entry = tables.clear(slot);
    tables.deposit(target, tables.withdraw(slot));
    parts.tables().entry(target, entry);
    return 1;
  }

  /** Where in the small entries' table below a slot an address's entry is. */
  long small(long slot, long address) {
    long table = parts.tables().entry(slot) & parts.tables().layout().frameMask();
    PageTableLayout layout = parts.tables().layout();
    long index = layout.index(address, PageTableLayout.PTE_LEVEL);
    return table + (index << layout.entryShift());
  }
}
