package dev.quarry.virtual;

import dev.quarry.machine.Cpu;
import dev.quarry.machine.Host;
import java.util.ArrayList;
import java.util.List;

/**
 * The page tables of one address space: a tree of frames below its root, {@code mm->pgd}. The
 * kernel's own ({@code swapper_pg_dir}) is an instance, each process will have another.
 *
 * <pre>
 *   root ─► PGD ─► PUD ─► PMD ─► PTE ─► frame
 *                          └─ PSE ────► large page
 * </pre>
 *
 * <p>Tables are allocated when a range is mapped, and freed by {@link #freeTables}. Ranges are an
 * address and a number of pages, as the last page's end has no address. Who maps, unmaps or
 * protects a range owns it; two ranges may be worked on at the same time.
 */
public final class PageTables {
  /** What {@link #translate} returns for an access that faults; no byte has this address. */
  public static final long NO_TRANSLATION = -1;

  /** What {@link #makeSlot} and {@link #findSlot} return where there is no table. */
  public static final long NO_SLOT = TableMemory.NO_TABLE;

  private static final int PAGE_SHIFT = PageTableLayout.PAGE_SHIFT;

  private final TableMemory memory;
  private final PageTableLayout layout;
  private final long frameMask;
  private final int top;
  private final int topShift;
  private final int indexBits;
  private final long indexMask;
  private final int entryShift;
  private final long root;
  private final TableBuilder builder;
  private final RangeWalk range;
  private final MmContext context;

  /** The page from which on entries are another root's. */
  private long ownPages;

  private PageTables(TableMemory memory, long root) {
    this.memory = memory;
    this.layout = memory.layout();
    this.frameMask = layout.frameMask();
    this.top = layout.topLevel();
    this.topShift = layout.shift(top);
    this.indexBits = layout.indexBits();
    this.indexMask = layout.entries() - 1L;
    this.entryShift = layout.entryShift();
    this.root = root;
    this.builder = new TableBuilder(memory, root);
    this.range = new RangeWalk(memory, root);
    this.context = memory.newContext();
    this.ownPages = layout.allPages();
  }

  /**
   * An address space without a mapping.
   *
   * @throws TableMemoryException if there is no frame for the root
   */
  public static PageTables create(TableMemory memory, Cpu cpu, int gfp) {
    long root = memory.allocate(cpu, gfp);
    if (root == TableMemory.NO_TABLE) {
      throw new TableMemoryException("there is no page for a PGD");
    }
    PageTables tables = new PageTables(memory, root);
    memory.add(tables);
    return tables;
  }

  /** How tables look. */
  public PageTableLayout layout() {
    return layout;
  }

  /** Where the tables are. */
  public TableMemory memory() {
    return memory;
  }

  /** What TLBs know the address space by. */
  public MmContext context() {
    return context;
  }

  /** Whether they are a process's, which shares the kernel's half with all others. */
  public boolean isOfProcess() {
    return ownPages < layout.allPages();
  }

  /** The physical address of the root: what CR3 holds. */
  public long root() {
    return root;
  }

  /**
   * Translates an access as the processor does, setting the accessed and dirty bits that it sets.
   *
   * @param access bits of {@link Access}
   * @return the physical address, or {@link #NO_TRANSLATION}: {@link #fault} says why
   */
  public long translate(long address, int access) {
    if (!layout.isCanonical(address)) {
      return NO_TRANSLATION;
    }
    long need = Pte.PRESENT | (access & (Pte.RW | Pte.USER));
    long mask = (access & Access.FETCH) != 0 ? need | Pte.NX : need;
    long table = root;
    for (int shift = topShift; ; shift -= indexBits) {
      long slot = table + (((address >>> shift) & indexMask) << entryShift);
      long entry = memory.entry(slot);
      if ((entry & mask) != need) {
        return NO_TRANSLATION;
      }
      boolean leaf =
          shift == PAGE_SHIFT || ((entry & Pte.PSE) != 0 && shift == PAGE_SHIFT + indexBits);
      long marks = leaf && (access & Access.WRITE) != 0 ? MARKS_OF_WRITE : Pte.ACCESSED;
      if ((entry & marks) != marks && !memory.replace(slot, entry, entry | marks)) {
        return translate(address, access); // somebody changed the entry meanwhile
      }
      if (leaf) {
        long offset = (1L << shift) - 1;
        return (entry & frameMask & ~offset) | (address & offset);
      }
      table = entry & frameMask;
    }
  }

  private static final long MARKS_OF_WRITE = Pte.ACCESSED | Pte.DIRTY;

  /** Why an access faults; call it when {@link #translate} refused. */
  public PageFault fault(long address, int access) {
    if (!layout.isCanonical(address)) {
      return new PageFault(layout, address, access, PageFault.Cause.NOT_CANONICAL, "");
    }
    Step last = walk(address).getLast();
    String level = layout.levelName(last.level());
    boolean present = Pte.isPresent(last.entry());
    return new PageFault(
        layout,
        address,
        access,
        present ? PageFault.Cause.PROTECTION : PageFault.Cause.NOT_PRESENT,
        level);
  }

  /**
   * An entry on the way to an address.
   *
   * @param slot the entry's physical address
   */
  public record Step(int level, long slot, long entry) {}

  /** The entries on the way to an address, from the root to the leaf or the first absent one. */
  public List<Step> walk(long address) {
    List<Step> steps = new ArrayList<>();
    long table = root;
    for (int level = top; ; level--) {
      long slot = memory.slot(table, address, level);
      long entry = memory.entry(slot);
      steps.add(new Step(level, slot, entry));
      if (!Pte.isPresent(entry) || Pte.isLeaf(entry, level)) {
        return List.copyOf(steps);
      }
      table = entry & frameMask;
    }
  }

  /** The entry at the bottom of an address's way, of whatever level. */
  public PteState state(long address) {
    Step last = walk(address).getLast();
    return PteState.of(layout, last.entry(), last.level());
  }

  /**
   * Maps single frames one after the other.
   *
   * @param gfp with which tables are allocated
   * @param pfns the frames, from index {@code from} on
   * @param flags bits of {@link Pte}
   * @return how many were mapped: fewer than {@code count} if a table could not be allocated
   * @throws IllegalStateException if a page of the range is mapped already
   */
  public int map(Cpu cpu, int gfp, long address, int[] pfns, int from, int count, long flags) {
    return builder.map(cpu, gfp, address, pfns, from, count, flags);
  }

  /**
   * Maps physical addresses that lie one after the other, with large entries where both sides are
   * aligned and {@code largest} allows: {@code vmap_range_noflush}.
   *
   * @param largest the highest level whose entries may show a page
   * @return how many pages were mapped: fewer than {@code pages} if a table could not be allocated
   * @throws IllegalStateException if a page of the range is mapped already
   */
  public long mapRange(
      Cpu cpu, int gfp, long address, long pages, long physical, long flags, int largest) {
    return builder.mapRange(cpu, gfp, address, pages, physical, flags, largest);
  }

  /** Makes the tables of a level for a range without mapping anything; false without memory. */
  public boolean prepare(Cpu cpu, int gfp, long address, long pages, int level) {
    return builder.prepare(cpu, gfp, address, pages, level);
  }

  /**
   * The walker behind everything that goes over a range: visits its leaf entries, present or not,
   * table by table. Where there is no table, nothing is visited.
   */
  public void forEachRun(long address, long pages, RunVisitor visitor) {
    range.forEachRun(address, pages, visitor);
  }

  /**
   * Clears what shows pages in a range: {@code vunmap_range_noflush}. Tables stay; the TLB is the
   * caller's.
   *
   * @return how many entries were cleared
   * @throws IllegalStateException if a large page reaches beyond the range
   */
  public long unmap(long address, long pages) {
    return range.unmap(address, pages);
  }

  /**
   * Changes flags of what is mapped in a range: {@code change_protection}. Entries that change are
   * counted as written.
   *
   * @return how many entries changed
   * @throws IllegalStateException if a large page reaches beyond the range
   */
  public long protect(long address, long pages, long clear, long set) {
    return hasTables(address, pages) ? range.protect(address, pages, clear, set) : 0;
  }

  /**
   * Clears what is mapped or swapped in a range, and gives each entry to a visitor after it was
   * cleared.
   *
   * @return how many entries were cleared
   * @throws IllegalStateException if a large page reaches beyond the range
   */
  public long take(long address, long pages, EntryVisitor visitor) {
    return hasTables(address, pages) ? range.take(address, pages, visitor) : 0;
  }

  /**
   * Moves entries to other addresses of this address space, where nothing is mapped.
   *
   * @return how many pages' entries were moved: fewer than {@code pages} if a table could not be
   *     allocated
   */
  public long move(Cpu cpu, int gfp, long from, long to, long pages) {
    return builder.move(cpu, gfp, from, to, pages);
  }

  /** The entry that shows an address's page, large or not, or holds what software left there. */
  public long leaf(long address) {
    long table = root;
    for (int level = top; ; level--) {
      long entry = memory.entry(memory.slot(table, address, level));
      if (level == PageTableLayout.PTE_LEVEL || entry == Pte.NONE || Pte.isLeaf(entry, level)) {
        return entry;
      }
      table = entry & frameMask;
    }
  }

  /**
   * The physical address of the entry that shows a single page, whose tables are made: {@code
   * pte_alloc}.
   *
   * @return {@link #NO_SLOT} without memory for a table
   */
  public long makeSlot(Cpu cpu, int gfp, long address) {
    return builder.slot(cpu, gfp, address);
  }

  /**
   * The physical address of the entry that leads to the table of single pages, or shows a huge
   * page: {@code pmd_alloc}.
   *
   * @return {@link #NO_SLOT} without memory for the tables above it
   */
  public long makeUpperSlot(Cpu cpu, int gfp, long address) {
    return builder.upperSlot(cpu, gfp, address);
  }

  /** The same where the tables are there, else {@link #NO_SLOT}. */
  public long findUpperSlot(long address) {
    return builder.upperSlotOf(address);
  }

  /**
   * The physical address of the entry that shows a single page, in the table below an entry that
   * shows no huge page; the table is made where there is none: {@code pte_alloc}.
   *
   * @param upper from {@link #makeUpperSlot}
   * @return {@link #NO_SLOT} without memory for the table
   */
  public long makeSlotBelow(Cpu cpu, int gfp, long upper, long address) {
    return builder.slotBelow(cpu, gfp, upper, address);
  }

  /** The same where the table is there, else {@link #NO_SLOT}. */
  public long findSlot(long address) {
    return builder.slotOf(address);
  }

  /**
   * Takes over all entries of another root for the half of the address range that all share: {@code
   * clone_pgd_range}.
   */
  public void share(PageTables other, long address, long pages) {
    ownPages = Math.min(ownPages, layout.pageOf(address));
    int entries = (int) ((pages + layout.pages(top) - 1) / layout.pages(top));
    long to = memory.host(memory.slot(root, address, top), entries);
    long from = memory.host(memory.slot(other.root, address, top), entries);
    Host.copy(from, to, (long) entries << entryShift);
  }

  /**
   * Takes over the root's entry for one address: the vmalloc fault, where a table was made in the
   * kernel's own tables after this address space was.
   *
   * @return false if the other root has no entry, or this one has it already
   */
  public boolean shareEntry(PageTables other, long address) {
    long slot = memory.slot(root, address, top);
    long entry = memory.entry(memory.slot(other.root, address, top));
    if (entry == Pte.NONE || memory.entry(slot) == entry) {
      return false;
    }
    memory.entry(slot, entry);
    return true;
  }

  /**
   * Frees the tables that lie wholly between two bounds, the neighbours of an area that is gone:
   * {@code free_pgd_range}. Nothing is mapped there any more.
   *
   * @return how many tables were freed
   * @throws IllegalStateException if a page is still mapped; tables below it stay
   * @throws IllegalArgumentException if the tables are shared with another address space
   */
  public long freeTables(Cpu cpu, long floor, long pages) {
    long first = layout.pageOf(floor);
    if (first + pages > ownPages) {
      throw new IllegalArgumentException(
          "tables to page " + (first + pages) + " are shared from page " + ownPages + " on");
    }
    return new TableFreeing(memory, cpu, first, first + pages).below(root, top, 0);
  }

  /**
   * Frees the tables that serve a range and nothing beyond two bounds: {@code free_pgtables}.
   *
   * @param floor the end of the neighbour below, or 0
   * @param ceiling the start of the neighbour above, or the end of what may be freed
   * @return how many tables were freed
   */
  public long freeTables(Cpu cpu, long address, long pages, long floor, long ceiling) {
    if (!hasTables(address, pages)) {
      return 0;
    }
    // A table that serves only this range begins at or above the floor, and ends at or below the
    // ceiling; it may reach beyond the range.
    long first = layout.pageOf(address);
    return new TableFreeing(memory, cpu, layout.pageOf(floor), ceiling >>> PAGE_SHIFT)
        .serving(root, top, first, first + pages);
  }

  private boolean hasTables(long address, long pages) {
    long span = layout.pages(top);
    long last = layout.pageOf(address) + pages - 1;
    for (long page = layout.pageOf(address) & -span; page <= last; page += span) {
      if (memory.entry(memory.slot(root, page << PAGE_SHIFT, top)) != Pte.NONE) {
        return true;
      }
    }
    return false;
  }

  /** How many tables serve the first pages, the root left out: {@code mm_pgtables_bytes}. */
  public long tablesBelow(long pages) {
    return new TableCount(memory).below(root, pages);
  }

  /** Frees the root; all else was freed before, and the shared half is others'. */
  public void close(Cpu cpu) {
    memory.remove(this);
    memory.free(cpu, root);
  }

  @Override
  public String toString() {
    return "tables at 0x" + Long.toHexString(root);
  }
}
