package dev.quarry.virtual.tlb;

import dev.quarry.virtual.Access;
import dev.quarry.virtual.PageTableLayout;
import dev.quarry.virtual.PageTables;
import dev.quarry.virtual.Pte;
import dev.quarry.virtual.TableMemory;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The processor's walk through the page tables, counted, with caches of the entries of upper levels
 * (Intel manual, volume 3, chapter 5.10.3: paging-structure caches).
 *
 * <pre>
 *   root ─► PGD ─► PUD ─► PMD ─► PTE      without a walk cache: 4 references
 *           └──────┴──────┴─► the lowest that knows the way; 3, 2 or 1 are left
 * </pre>
 */
final class Walker {
  private static final long RIGHTS = Pte.PRESENT | Pte.RW | Pte.USER;

  /** No physical address has these bits. */
  private static final long NOT_QUICK = -2;

  private static final long MARKS_OF_WRITE = Pte.ACCESSED | Pte.DIRTY;

  private final PageTableLayout layout;
  private final long frameMask;
  private final TlbStats stats;

  /** By level; null: without. A value is the table below, with what the way to it allows. */
  private final @Nullable TlbArray[] caches;

  private final boolean cached;
  private final int topLevel;
  private final int topShift;
  private final int indexBits;
  private final long indexMask;
  private final int entryShift;

  private int leafLevel;

  Walker(TlbGeometry geometry, PageTableLayout layout, TlbStats stats) {
    this.layout = layout;
    this.frameMask = layout.frameMask();
    this.stats = stats;
    this.caches = new TlbArray[layout.levels()];
    this.topLevel = layout.topLevel();
    this.topShift = layout.shift(topLevel);
    this.indexBits = layout.indexBits();
    this.indexMask = layout.entries() - 1L;
    this.entryShift = layout.entryShift();
    this.cached = geometry.walkEntries().stream().anyMatch(count -> count > 0);
    List<Integer> entries = geometry.walkEntries();
    for (int level = 1; level < caches.length && level <= entries.size(); level++) {
      int count = entries.get(level - 1);
      caches[level] = count == 0 ? null : new TlbArray(count, count, geometry.replacement());
    }
  }

  /**
   * Walks for an access and sets accessed and dirty bits as {@link PageTables#translate} does.
   *
   * @return the physical address of the page with what the whole way allows, or {@link
   *     PageTables#NO_TRANSLATION}
   */
  long walk(PageTables tables, long address, int access, int asid) {
    stats.walks++;
    if (!cached) {
      long value = quick(tables, address, access);
      return value != NOT_QUICK
          ? value
          : walk(tables, address, access, asid, topLevel, tables.root(), RIGHTS);
    }
    long known = known(address, asid);
    return known == PageTables.NO_TRANSLATION
        ? walk(tables, address, access, asid, topLevel, tables.root(), RIGHTS)
        : walk(tables, address, access, asid, leafLevel - 1, known & frameMask, known & ~frameMask);
  }

  /**
   * The usual case in few instructions: down to a single page, all bits set, all allowed.
   *
   * @return {@link #NOT_QUICK} if it is another case; nothing was changed
   */
  private long quick(PageTables tables, long address, int access) {
    TableMemory memory = tables.memory();
    long need = Pte.PRESENT | Pte.ACCESSED | (access & (Pte.RW | Pte.USER));
    long mask = (access & Access.FETCH) != 0 ? need | Pte.NX : need;
    long upperMask = mask | Pte.PSE;
    long table = tables.root();
    long all = -1;
    long any = 0;
    for (int shift = topShift; shift > PageTableLayout.PAGE_SHIFT; shift -= indexBits) {
      long entry = memory.entry(table + ((address >>> shift & indexMask) << entryShift));
      if ((entry & upperMask) != need) {
        return NOT_QUICK;
      }
      all &= entry;
      any |= entry;
      table = entry & frameMask;
    }
    long index = address >>> PageTableLayout.PAGE_SHIFT & indexMask;
    long entry = memory.entry(table + (index << entryShift));
    long dirty = (access & Access.WRITE) != 0 ? Pte.DIRTY : 0;
    if ((entry & (mask | dirty)) != (need | dirty)) {
      return NOT_QUICK;
    }
    stats.references += topLevel + 1;
    leafLevel = PageTableLayout.PTE_LEVEL;
    return (entry & (frameMask | Pte.DIRTY)) | (all & entry & RIGHTS) | ((any | entry) & Pte.NX);
  }

  /** From a table of a level on, to which the way allows what {@code rightsSoFar} says. */
  private long walk(
      PageTables tables,
      long address,
      int access,
      int asid,
      int firstLevel,
      long firstTable,
      long rightsSoFar) {
    TableMemory memory = tables.memory();
    long need = Pte.PRESENT | (access & (Pte.RW | Pte.USER));
    long mask = (access & Access.FETCH) != 0 ? need | Pte.NX : need;
    long table = firstTable;
    long rights = rightsSoFar;
    int level = firstLevel;
    while (true) {
      long slot = memory.slot(table, address, level);
      long entry = memory.entry(slot);
      if ((entry & mask) != need) {
        stats.references += firstLevel - level + 1;
        stats.refused++;
        return PageTables.NO_TRANSLATION;
      }
      boolean leaf = Pte.isLeaf(entry, level);
      long marks = leaf && (access & Access.WRITE) != 0 ? MARKS_OF_WRITE : Pte.ACCESSED;
      if ((entry & marks) != marks && !memory.replace(slot, entry, entry | marks)) {
        continue; // somebody changed the entry meanwhile
      }
      rights = (rights & entry & RIGHTS) | ((rights | entry) & Pte.NX);
      if (leaf) {
        stats.references += firstLevel - level + 1;
        leafLevel = level;
        long frame = entry & frameMask & -(1L << layout.shift(level));
        return frame | rights | ((entry | marks) & Pte.DIRTY);
      }
      table = entry & frameMask;
      remember(address, asid, level, table | rights);
      level--;
    }
  }

  /** The level of the entry that the last walk ended with. */
  int leafLevel() {
    return leafLevel;
  }

  /** The last walk's value for the page of 4 KiB that holds an address. */
  long ofSmallPage(long value, long address) {
    return leafLevel == PageTableLayout.PTE_LEVEL
        ? value
        : value | (address & ((1L << layout.shift(leafLevel)) - 1) & -PageTableLayout.PAGE_SIZE);
  }

  /** The lowest table that a cache knows, whose level above is then in leafLevel. */
  private long known(long address, int asid) {
    for (int level = 1; level < caches.length; level++) {
      TlbArray cache = caches[level];
      if (cache != null) {
        long page = page(address, level);
        int at = cache.find(TlbArrays.key(page, 0, asid), page);
        if (at >= 0) {
          stats.walkCacheHits[level]++;
          leafLevel = level;
          return cache.value(at);
        }
      }
    }
    return PageTables.NO_TRANSLATION;
  }

  private void remember(long address, int asid, int level, long value) {
    TlbArray cache = caches[level];
    if (cache != null) {
      long page = page(address, level);
      cache.insert(TlbArrays.key(page, 0, asid), page, value);
    }
  }

  private long page(long address, int level) {
    return layout.pageOf(address) << PageTableLayout.PAGE_SHIFT >>> layout.shift(level);
  }

  void forgetIf(TlbArray.KeyTest test) {
    for (TlbArray cache : caches) {
      if (cache != null) {
        cache.removeIf(test);
      }
    }
  }

  void forEach(TlbListing listing) {
    for (int level = 1; level < caches.length; level++) {
      TlbArray cache = caches[level];
      if (cache != null) {
        listing.tables(level, cache);
      }
    }
  }
}
