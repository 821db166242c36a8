package dev.quarry.virtual.fault;

import dev.quarry.virtual.PageTableLayout;
import dev.quarry.virtual.Pte;
import dev.quarry.virtual.TableMemory;
import dev.quarry.virtual.space.MmStruct;
import java.util.function.IntConsumer;
import java.util.function.IntPredicate;

/**
 * Which pages an address space has used: {@code walk_mm}, {@code walk_pte_range}, {@code
 * walk_pmd_range} (mm/vmscan.c, 6.18). Goes over all entries; those that say ACCESSED say it no
 * more afterwards.
 */
public final class YoungEntries {
  private final Parts parts;
  private final TableMemory tables;

  YoungEntries(Parts parts) {
    this.parts = parts;
    this.tables = parts.tables();
  }

  /**
   * Walks all address spaces that nobody else works on.
   *
   * @param wanted which pages' entries are looked at
   * @param young is told of each page that was used
   */
  public void walkAll(IntPredicate wanted, IntConsumer young) {
    for (MmStruct mm : parts.spaces().all()) {
      boolean mine = mm.isHeldByMe();
      if (mine || parts.spaces().tryLockIfThere(mm)) {
        try {
          walk(mm, wanted, young);
        } finally {
          if (!mine) {
            mm.unlock();
          }
        }
      }
    }
  }

  private void walk(MmStruct mm, IntPredicate wanted, IntConsumer young) {
    mm.tables()
        .forEachRun(
            0,
            mm.taskSize() >>> PageTableLayout.PAGE_SHIFT,
            (address, slot, entries, level) -> {
              for (int i = 0; i < entries; i++) {
                long at = slot + (long) i * tables.layout().pointerBytes();
                long entry = tables.entry(at);
                if (Pte.isMapped(entry)
                    && (entry & Pte.ACCESSED) != 0
                    && wanted.test(parts.pfn(entry))) {
                  tables.clear(at, Pte.ACCESSED);
                  young.accept(parts.pfn(entry));
                }
              }
            });
  }
}
