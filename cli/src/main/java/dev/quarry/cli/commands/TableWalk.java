package dev.quarry.cli.commands;

import dev.quarry.virtual.PageTableLayout;
import dev.quarry.virtual.Pte;
import dev.quarry.virtual.TableMemory;
import dev.quarry.virtual.space.MmStruct;
import java.util.ArrayList;
import java.util.List;

/** The page tables of a process as they are: which tables there are, and how full. */
final class TableWalk {
  private final MmStruct mm;
  private final TableMemory memory;
  private final PageTableLayout layout;
  private final List<Table> tables = new ArrayList<>();

  /**
   * A table.
   *
   * @param first the first address that it serves
   * @param used entries that are not absent, of the user's half
   */
  record Table(int level, long physical, long first, int used) {}

  private TableWalk(MmStruct mm) {
    this.mm = mm;
    this.memory = mm.tables().memory();
    this.layout = memory.layout();
  }

  /** All tables of the user's half from the root on, each before those below it. */
  static List<Table> of(MmStruct mm) {
    TableWalk walk = new TableWalk(mm);
    mm.lock();
    try {
      walk.visit(mm.tables().root(), walk.layout.topLevel(), 0);
    } finally {
      mm.unlock();
    }
    return walk.tables;
  }

  /** How many there are, the root among them. */
  static long tables(MmStruct mm) {
    return of(mm).size();
  }

  private void visit(long table, int level, long first) {
    long userEnd = mm.spaces().userEnd();
    int entries = layout.entries();
    if (level == layout.topLevel()) {
      entries = (int) Math.min(entries, userEnd >>> layout.shift(level));
    }
    int place = tables.size();
    int used = 0;
    for (int i = 0; i < entries; i++) {
      long entry = memory.entry(table + ((long) i << layout.entryShift()));
      used += entry == Pte.NONE ? 0 : 1;
      if (Pte.isPresent(entry) && !Pte.isLeaf(entry, level)) {
        visit(entry & layout.frameMask(), level - 1, first + ((long) i << layout.shift(level)));
      }
    }
    tables.add(place, new Table(level, table, first, used));
  }
}
