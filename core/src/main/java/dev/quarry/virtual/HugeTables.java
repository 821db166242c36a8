package dev.quarry.virtual;

import dev.quarry.machine.Cpu;
import dev.quarry.physical.MemMap;

/**
 * Entries of the PMD level that show a huge page, and the tables that are kept for the day on which
 * such an entry is split: {@code pgtable_trans_huge_deposit}, {@code pgtable_trans_huge_withdraw}
 * (mm/pgtable-generic.c, 6.18).
 *
 * <pre>
 *   PMD table ─┬─ entry ─► PTE table          index of its frame ─► deposited ─► deposited ─► 0
 *              ├─ entry ─► huge page          (as many as there are huge entries in it)
 *              └─ entry ─► huge page
 * </pre>
 *
 * <p>Equation: a PMD table has as many deposited tables as entries that show a huge page. They
 * count as tables of their address space. Who holds the lock of the address space may call.
 */
public final class HugeTables {
  /** The end of the list of deposited tables; frame 0 is never a table. */
  static final int NO_DEPOSIT = 0;

  /** What {@link #allocate} returns without memory. */
  public static final long NO_TABLE = TableMemory.NO_TABLE;

  private static final int SHIFT = PageTableLayout.PAGE_SHIFT;

  private final TableMemory memory;
  private final MemMap map;

  /** The huge entries in the tables of a machine. */
  public HugeTables(TableMemory memory) {
    this.memory = memory;
    this.map = memory.memory().map();
  }

  /** Whether an entry of the PMD level shows a page. */
  public static boolean isHuge(long entry) {
    return (entry & Pte.PSE) != 0 && Pte.isMapped(entry);
  }

  /** A table to deposit: {@code pte_alloc_one}; {@link #NO_TABLE} without memory. */
  public long allocate(Cpu cpu, int gfp) {
    return memory.allocate(cpu, gfp);
  }

  /** Frees a table that is deposited nowhere. */
  public void free(Cpu cpu, long table) {
    memory.free(cpu, table);
  }

  /** Keeps a table for the entry of a slot. */
  public void deposit(long slot, long table) {
    int keeper = keeper(slot);
    int pfn = (int) (table >>> SHIFT);
    map.index(pfn, map.index(keeper));
    map.index(keeper, pfn);
  }

  /** Takes out a table that was kept for the entry of a slot. */
  public long withdraw(long slot) {
    int keeper = keeper(slot);
    int pfn = map.index(keeper);
    if (pfn == NO_DEPOSIT) {
      throw new IllegalStateException(
          "no table is deposited for the entry at 0x" + Long.toHexString(slot));
    }
    map.index(keeper, map.index(pfn));
    map.index(pfn, NO_DEPOSIT);
    return (long) pfn << SHIFT;
  }

  private static int keeper(long slot) {
    return (int) (slot >>> SHIFT);
  }

  /** The table deposited first, or the next of one: for who goes over all; 0 is the end. */
  static int next(MemMap map, int pfn) {
    return map.index(pfn);
  }

  /** How many tables a table keeps. */
  public static int deposits(MemMap map, long table) {
    int count = 0;
    int pfn = next(map, (int) (table >>> SHIFT));
    while (pfn != NO_DEPOSIT) {
      count++;
      pfn = next(map, pfn);
    }
    return count;
  }

  /** Makes an entry lead to a table, filled before: {@code pmd_populate}. */
  public void populate(long slot, long table) {
    memory.entry(slot, table | Pte.flags(memory.layout(), Pte.PAGE_TABLE));
  }

  /** Takes an entry away from under the processor; what it was, with all marks. */
  public long clear(long slot) {
    return memory.exchange(slot, Pte.NONE);
  }
}
