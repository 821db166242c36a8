package dev.quarry.virtual;

import dev.quarry.machine.Cpu;

/**
 * Frees the tables between two bounds from the bottom up: {@code free_pgd_range} (mm/memory.c,
 * 6.18).
 *
 * <pre>
 *   floor                              ceiling
 *     |   [ table ][ table ][ table ]     |        these are freed
 *   [ table ]                          [ table ]   these serve a neighbour too, and stay
 * </pre>
 */
final class TableFreeing {
  private final TableMemory memory;
  private final PageTableLayout layout;
  private final Cpu cpu;
  private final long floor;
  private final long ceiling;

  /** Bounds are numbers of pages. */
  TableFreeing(TableMemory memory, Cpu cpu, long floor, long ceiling) {
    this.memory = memory;
    this.layout = memory.layout();
    this.cpu = cpu;
    this.floor = floor;
    this.ceiling = ceiling;
  }

  /**
   * Frees what lies below a table of {@code level} whose first entry stands for page {@code first}.
   *
   * @return how many tables were freed
   */
  long below(long table, int level, long first) {
    return serving(table, level, first, floor, ceiling);
  }

  /** The same for a root, and only where entries serve pages {@code from .. to - 1}. */
  long serving(long root, int top, long fromPage, long toPage) {
    return serving(root, top, 0, fromPage, toPage);
  }

  private long serving(long table, int level, long first, long fromPage, long toPage) {
    long freed = 0;
    long span = layout.pages(level);
    long from = Math.max(0, (fromPage - first) / span);
    long to = Math.min(layout.entries(), (toPage - first + span - 1) / span);
    for (long index = from; index < to; index++) {
      long slot = table + (index << layout.entryShift());
      long entry = memory.entry(slot);
      if (Pte.isPresent(entry) && !Pte.isLeaf(entry, level)) {
        freed += entryAt(slot, entry, level, first + index * span, fromPage, toPage);
      }
    }
    return freed;
  }

  private long entryAt(long slot, long entry, int level, long first, long fromPage, long toPage) {
    long child = entry & layout.frameMask();
    long freed = level > 1 ? serving(child, level - 1, first, fromPage, toPage) : 0;
    if (first < floor || first + layout.pages(level) > ceiling) {
      return freed;
    }
    checkEmpty(child, level - 1);
    memory.entry(slot, Pte.NONE);
    memory.free(cpu, child);
    return freed + 1;
  }

  private void checkEmpty(long table, int level) {
    for (int i = 0; i < layout.entries(); i++) {
      if (memory.entry(table + ((long) i << layout.entryShift())) != Pte.NONE) {
        throw new IllegalStateException(
            "a "
                + layout.levelName(level)
                + " table is to be freed and its entry "
                + i
                + " is in use");
      }
    }
  }
}
