package dev.quarry.virtual;

import dev.quarry.machine.Cpu;

/**
 * Writes new entries into page tables, and makes the tables that they need: {@code
 * vmap_pages_range_noflush}, {@code pte_alloc_kernel} (mm/vmalloc.c, mm/memory.c, 6.18).
 */
final class TableBuilder {
  private static final int PAGE_SHIFT = PageTableLayout.PAGE_SHIFT;

  private final TableMemory memory;
  private final PageTableLayout layout;
  private final long frameMask;
  private final int top;
  private final long root;

  TableBuilder(TableMemory memory, long root) {
    this.memory = memory;
    this.layout = memory.layout();
    this.frameMask = layout.frameMask();
    this.top = layout.topLevel();
    this.root = root;
  }

  /** See {@link PageTables#map}. */
  int map(Cpu cpu, int gfp, long address, int[] pfns, int from, int count, long flags) {
    long bits = Pte.flags(layout, flags);
    int done = 0;
    while (done < count) {
      long at = address + ((long) done << PAGE_SHIFT);
      long table = tableFor(cpu, gfp, at, PageTableLayout.PTE_LEVEL);
      if (table == TableMemory.NO_TABLE) {
        break;
      }
      int run = Math.min(count - done, layout.entries() - layout.index(at, 0));
      long slot = memory.slot(table, at, PageTableLayout.PTE_LEVEL);
      for (int i = 0; i < run; i++, slot += layout.pointerBytes()) {
        set(slot, (long) pfns[from + done + i] << PAGE_SHIFT | bits);
      }
      done += run;
    }
    memory.counts().written(done);
    return done;
  }

  /** See {@link PageTables#mapRange}. */
  long mapRange(
      Cpu cpu, int gfp, long address, long pages, long physical, long flags, int largest) {
    long bits = Pte.flags(layout, flags);
    long large = layout.pages(PageTableLayout.LARGE_LEVEL);
    long done = 0;
    while (done < pages) {
      long at = address + (done << PAGE_SHIFT);
      long from = physical + (done << PAGE_SHIFT);
      boolean aligned = ((at | from) & layout.largeBytes() - 1) == 0;
      int level = aligned && pages - done >= large ? largest : PageTableLayout.PTE_LEVEL;
      long table = tableFor(cpu, gfp, at, level);
      if (table == TableMemory.NO_TABLE) {
        break;
      }
      long slot = memory.slot(table, at, level);
      if (level == PageTableLayout.LARGE_LEVEL) {
        dropTable(cpu, slot, at);
      }
      long size = level == PageTableLayout.PTE_LEVEL ? 0 : Pte.PSE;
      set(slot, from | bits | size);
      memory.counts().written(1);
      done += layout.pages(level);
    }
    return done;
  }

  /** See {@link PageTables#move}. */
  long move(Cpu cpu, int gfp, long from, long to, long pages) {
    long moved = 0;
    for (long done = 0; done < pages; done++) {
      long source = slotOf(from + (done << PAGE_SHIFT));
      if (source == TableMemory.NO_TABLE) {
        // Nothing up to where the next table would begin.
        long last = layout.entries() - 1L;
        done += last - (layout.pageOf(from + (done << PAGE_SHIFT)) & last);
        continue;
      }
      if (memory.entry(source) == Pte.NONE) {
        continue;
      }
      long at = to + (done << PAGE_SHIFT);
      long table = tableFor(cpu, gfp, at, PageTableLayout.PTE_LEVEL);
      if (table == TableMemory.NO_TABLE) {
        memory.counts().written(moved);
        return done;
      }
      long entry = memory.entry(source);
      while (!memory.replace(source, entry, Pte.NONE)) {
        entry = memory.entry(source); // the processor has just marked it
      }
      set(memory.slot(table, at, PageTableLayout.PTE_LEVEL), entry);
      moved++;
    }
    memory.counts().written(moved);
    return pages;
  }

  /** See {@link PageTables#makeSlot}. */
  long slot(Cpu cpu, int gfp, long address) {
    long table = tableFor(cpu, gfp, address, PageTableLayout.PTE_LEVEL);
    return table == TableMemory.NO_TABLE
        ? TableMemory.NO_TABLE
        : memory.slot(table, address, PageTableLayout.PTE_LEVEL);
  }

  /** See {@link PageTables#makeUpperSlot}. */
  long upperSlot(Cpu cpu, int gfp, long address) {
    long table = tableFor(cpu, gfp, address, PageTableLayout.LARGE_LEVEL);
    return table == TableMemory.NO_TABLE
        ? TableMemory.NO_TABLE
        : memory.slot(table, address, PageTableLayout.LARGE_LEVEL);
  }

  /** See {@link PageTables#findUpperSlot}. */
  long upperSlotOf(long address) {
    long table = root;
    for (int level = top; level > PageTableLayout.LARGE_LEVEL; level--) {
      long entry = memory.entry(memory.slot(table, address, level));
      if (!Pte.isPresent(entry)) {
        return TableMemory.NO_TABLE;
      }
      table = entry & frameMask;
    }
    return memory.slot(table, address, PageTableLayout.LARGE_LEVEL);
  }

  /** See {@link PageTables#makeSlotBelow}. */
  long slotBelow(Cpu cpu, int gfp, long upper, long address) {
    long entry = memory.entry(upper);
    if (entry == Pte.NONE) {
      entry = addTable(cpu, gfp, upper);
      if (entry == Pte.NONE) {
        return TableMemory.NO_TABLE;
      }
    }
    return memory.slot(entry & frameMask, address, PageTableLayout.PTE_LEVEL);
  }

  /** Where the entry of a page is; {@link TableMemory#NO_TABLE} if there is no table for it. */
  long slotOf(long address) {
    long table = root;
    for (int level = top; level > PageTableLayout.PTE_LEVEL; level--) {
      long entry = memory.entry(memory.slot(table, address, level));
      if (!Pte.isPresent(entry) || Pte.isLeaf(entry, level)) {
        return TableMemory.NO_TABLE;
      }
      table = entry & frameMask;
    }
    return memory.slot(table, address, PageTableLayout.PTE_LEVEL);
  }

  /**
   * Small pages that are gone may have left an empty table where a large page is to be: {@code
   * pmd_free_pte_page}. TLBs may remember the way through it.
   */
  private void dropTable(Cpu cpu, long slot, long address) {
    long entry = memory.entry(slot);
    if (Pte.isPresent(entry) && !Pte.isLeaf(entry, PageTableLayout.LARGE_LEVEL)) {
      long first = layout.pageOf(address);
      long pages = layout.pages(PageTableLayout.LARGE_LEVEL);
      new TableFreeing(memory, cpu, first, first + pages).below(root, top, 0);
      memory.tlb().kernelRange(address, 1);
    }
  }

  private void set(long slot, long entry) {
    if (memory.entry(slot) != Pte.NONE) {
      throw new IllegalStateException(
          "the entry at 0x" + Long.toHexString(slot) + " shows a page already");
    }
    memory.entry(slot, entry);
  }

  /** The table of a level that an address goes through; made where there is none. */
  private long tableFor(Cpu cpu, int gfp, long address, int level) {
    long table = root;
    for (int at = top; at > level; at--) {
      long slot = memory.slot(table, address, at);
      long entry = memory.entry(slot);
      if (entry == Pte.NONE) {
        entry = addTable(cpu, gfp, slot);
        if (entry == Pte.NONE) {
          return TableMemory.NO_TABLE;
        }
      } else if (Pte.isLeaf(entry, at)) {
        throw new IllegalStateException(
            "address 0x" + layout.hex(address) + " is in a large page already");
      }
      table = entry & frameMask;
    }
    return table;
  }

  /** {@code pte_alloc_kernel} and its sisters: the entry of a table, or none without memory. */
  private long addTable(Cpu cpu, int gfp, long slot) {
    long table = memory.allocate(cpu, gfp);
    if (table == TableMemory.NO_TABLE) {
      return Pte.NONE;
    }
    memory.lock.lock();
    long entry = memory.entry(slot);
    boolean first = entry == Pte.NONE;
    if (first) {
      entry = table | Pte.flags(layout, Pte.PAGE_TABLE);
      memory.entry(slot, entry);
    }
    memory.lock.unlock();
    if (!first) {
      memory.free(cpu, table);
    }
    return entry;
  }

  /** See {@link PageTables#prepare}. */
  boolean prepare(Cpu cpu, int gfp, long address, long pages, int level) {
    long span = layout.pages(level + 1);
    long before = layout.pageOf(address) & (span - 1);
    for (long done = -before; done < pages; done += span) {
      if (tableFor(cpu, gfp, address + (done << PAGE_SHIFT), level) == TableMemory.NO_TABLE) {
        return false;
      }
    }
    return true;
  }
}
