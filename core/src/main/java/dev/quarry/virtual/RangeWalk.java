package dev.quarry.virtual;

/** Goes over what is mapped in a range, table by table, and changes it. */
final class RangeWalk {
  private static final int PAGE_SHIFT = PageTableLayout.PAGE_SHIFT;

  private final TableMemory memory;
  private final PageTableLayout layout;
  private final long frameMask;
  private final int top;
  private final long root;

  RangeWalk(TableMemory memory, long root) {
    this.memory = memory;
    this.layout = memory.layout();
    this.frameMask = layout.frameMask();
    this.top = layout.topLevel();
    this.root = root;
  }

  /** See {@link PageTables#forEachRun}. */
  void forEachRun(long address, long pages, RunVisitor visitor) {
    long at = address;
    long left = pages;
    while (left > 0) {
      int level = top;
      long slot = memory.slot(root, at, level);
      long entry = memory.entry(slot);
      while (level > 0 && Pte.isPresent(entry) && !Pte.isLeaf(entry, level)) {
        slot = memory.slot(entry & frameMask, at, --level);
        entry = level == 0 ? Pte.NONE : memory.entry(slot); // of the lowest level: the visitor's
      }
      long span = level == 0 ? layout.entries() : layout.pages(level);
      long step = Math.min(left, span - (layout.pageOf(at) & (span - 1)));
      if (level == 0 || entry != Pte.NONE) {
        visitor.run(at, slot, level == 0 ? (int) step : 1, level);
      }
      at += step << PAGE_SHIFT;
      left -= step;
    }
  }

  /** See {@link PageTables#unmap}. */
  long unmap(long address, long pages) {
    long end = layout.pageOf(address) + pages;
    Tally tally = new Tally();
    forEachRun(
        address,
        pages,
        (at, slot, entries, level) -> {
          checkWhole(at, level, end);
          for (int i = 0; i < entries; i++, slot += layout.pointerBytes()) {
            if (memory.entry(slot) != Pte.NONE) {
              memory.entry(slot, Pte.NONE);
              tally.entries++;
            }
          }
        });
    memory.counts().cleared(tally.entries);
    return tally.entries;
  }

  /** See {@link PageTables#take}: without objects, as each unmapping comes here. */
  long take(long address, long pages, EntryVisitor visitor) {
    long end = layout.pageOf(address) + pages;
    long at = address;
    long left = pages;
    long taken = 0;
    while (left > 0) {
      int level = top;
      long slot = memory.slot(root, at, level);
      long entry = memory.entry(slot);
      while (level > 0 && Pte.isPresent(entry) && !Pte.isLeaf(entry, level)) {
        slot = memory.slot(entry & frameMask, at, --level);
        entry = level == 0 ? Pte.NONE : memory.entry(slot);
      }
      long span = level == 0 ? layout.entries() : layout.pages(level);
      long step = Math.min(left, span - (layout.pageOf(at) & (span - 1)));
      if (level == 0) {
        taken += takeRun(at, slot, step, visitor);
      } else if (entry != Pte.NONE) {
        if (!isWhole(at, level, end) && visitor.split(at, slot)) {
          continue;
        }
        checkWhole(at, level, end);
        visitor.large(at, slot, memory.exchange(slot, Pte.NONE));
        taken++;
      }
      at += step << PAGE_SHIFT;
      left -= step;
    }
    if (taken > 0) {
      memory.counts().cleared(taken);
    }
    return taken;
  }

  private long takeRun(long address, long first, long entries, EntryVisitor visitor) {
    long taken = 0;
    long slot = first;
    for (long i = 0; i < entries; i++, slot += layout.pointerBytes()) {
      long entry = memory.entry(slot);
      while (entry != Pte.NONE && !memory.replace(slot, entry, Pte.NONE)) {
        entry = memory.entry(slot); // the processor has just marked it
      }
      if (entry != Pte.NONE) {
        visitor.entry(address + (i << PAGE_SHIFT), entry);
        taken++;
      }
    }
    return taken;
  }

  private static final class Tally {
    long entries;
  }

  private boolean isWhole(long address, int level, long endPage) {
    long span = layout.pages(level);
    long page = layout.pageOf(address);
    return (page & span - 1) == 0 && page + span <= endPage;
  }

  private void checkWhole(long address, int level, long endPage) {
    if (level > 0 && !isWhole(address, level, endPage)) {
      long span = layout.pages(level);
      throw new IllegalStateException(
          "a large page of " + span + " pages holds 0x" + layout.hex(address) + " and more");
    }
  }

  /** See {@link PageTables#protect}. */
  long protect(long address, long pages, long clear, long set) {
    long off = ~Pte.flags(layout, clear);
    long on = Pte.flags(layout, set);
    long end = layout.pageOf(address) + pages;
    Tally tally = new Tally();
    forEachRun(
        address,
        pages,
        (at, slot, entries, level) -> {
          checkWhole(at, level, end);
          for (int i = 0; i < entries; i++, slot += layout.pointerBytes()) {
            tally.entries += protect(slot, off, on) ? 1 : 0;
          }
        });
    memory.counts().written(tally.entries);
    return tally.entries;
  }

  /** The processor may set accessed and dirty meanwhile, and they must not be lost. */
  private boolean protect(long slot, long keep, long set) {
    while (true) {
      long entry = memory.entry(slot);
      long changed = (entry & keep) | set;
      boolean mapped = (entry & (Pte.PRESENT | Pte.PROTNONE)) != 0;
      if (!mapped || changed == entry) {
        return false;
      }
      if (memory.replace(slot, entry, changed)) {
        return true;
      }
    }
  }
}
