package dev.quarry.virtual;

/** Counts the tables that a range of addresses goes through, the root left out. */
final class TableCount {
  private final TableMemory memory;
  private final PageTableLayout layout;

  TableCount(TableMemory memory) {
    this.memory = memory;
    this.layout = memory.layout();
  }

  /** How many there are below the root for its first pages. */
  long below(long root, long pages) {
    return below(root, layout.topLevel(), pages);
  }

  private long below(long table, int level, long pages) {
    if (level == PageTableLayout.PTE_LEVEL) {
      return 0;
    }
    long span = layout.pages(level);
    long entries = Math.min(layout.entries(), (pages + span - 1) / span);
    long count = 0;
    for (long i = 0; i < entries; i++) {
      long entry = memory.entry(table + (i << layout.entryShift()));
      if (Pte.isPresent(entry) && !Pte.isLeaf(entry, level)) {
        count += 1 + below(entry & layout.frameMask(), level - 1, span);
      }
    }
    return count;
  }
}
