package dev.quarry.virtual.fault;

import dev.quarry.physical.PageState;
import dev.quarry.virtual.PageTableLayout;
import dev.quarry.virtual.Pte;
import dev.quarry.virtual.TableMemory;
import dev.quarry.virtual.cache.CachedFile;
import dev.quarry.virtual.space.MmStruct;
import dev.quarry.virtual.space.VmAreaStruct;
import dev.quarry.virtual.space.VmFlags;
import java.util.function.LongUnaryOperator;

/**
 * Changes what entries allow, and what they remember: {@code change_pte_range} (mm/mprotect.c),
 * {@code madvise_free_pte_range}, {@code madvise_cold_or_pageout_pte_range} (mm/madvise.c, 6.18).
 */
final class ChangeProtection {
  private static final long PROTECTION = Pte.PRESENT | Pte.PROTNONE | Pte.RW | Pte.NX;

  private final Parts parts;
  private final TableMemory tables;
  private final VmAreaStruct areas;

  ChangeProtection(Parts parts) {
    this.parts = parts;
    this.tables = parts.tables();
    this.areas = parts.spaces().areas();
  }

  /** Makes entries fit their area's flags; whether one changed. */
  boolean change(MmStruct mm, long vma, long start, long end) {
    long flags = areas.flags(vma);
    boolean notify = isWriteNotified(vma);
    long bits = parts.bits(flags, notify);
    boolean mayWrite = (flags & VmFlags.WRITE) != 0;
    long off = ~Pte.flags(tables.layout(), PROTECTION);
    return forEachMapped(
        mm,
        start,
        end,
        entry -> {
          long changed = (entry & off) | bits;
          // ACCESSED stays what it was.
          changed = (changed & ~Pte.ACCESSED) | (entry & Pte.ACCESSED);
          boolean upgrade = mayWrite && (changed & Pte.RW) == 0;
          return upgrade && isWritableAtOnce(entry, flags) ? changed | Pte.RW : changed;
        });
  }

  private boolean isWriteNotified(long vma) {
    return !areas.isAnonymous(vma)
        && parts.spaces().files().file(areas.file(vma)) instanceof CachedFile file
        && !file.cache().isShmem();
  }

  /** {@code can_change_pte_writable}: a write would find nothing to be done. */
  private boolean isWritableAtOnce(long entry, long flags) {
    if (Parts.isShared(flags)) {
      return (entry & Pte.DIRTY) != 0;
    }
    int pfn = parts.pfn(entry);
    int state = PageState.flags(parts.map().state(pfn));
    return (state & PageState.ANON_EXCLUSIVE) != 0;
  }

  /** Private pages may be dropped unless they are written again; how many that were. */
  long makeLazyFree(MmStruct mm, long start, long end) {
    long[] freed = {0};
    forEachMapped(
        mm,
        start,
        end,
        entry -> {
          int pfn = parts.pfn(entry);
          if (pfn == parts.zeroPfn() || parts.map().mapcount(pfn) != 1) {
            return entry;
          }
          parts.map().changeFlags(pfn, PageState.SWAPBACKED | PageState.DIRTY, 0);
          freed[0]++;
          return entry & ~(Pte.ACCESSED | Pte.DIRTY);
        });
    return freed[0];
  }

  /** Entries forget that they were used; whether one had been. */
  boolean makeOld(MmStruct mm, long start, long end) {
    return forEachMapped(mm, start, end, entry -> entry & ~Pte.ACCESSED);
  }

  /** Whether an entry changed. */
  private boolean forEachMapped(MmStruct mm, long start, long end, LongUnaryOperator change) {
    boolean[] changed = {false};
    int step = tables.layout().pointerBytes();
    mm.tables()
        .forEachRun(
            start,
            (end - start) >>> PageTableLayout.PAGE_SHIFT,
            (address, slot, entries, level) -> {
              for (int i = 0; i < entries; i++) {
                changed[0] |= replace(slot + (long) i * step, change);
              }
            });
    return changed[0];
  }

  /** The processor may set accessed and dirty meanwhile, and they must not be lost. */
  private boolean replace(long slot, LongUnaryOperator change) {
    long entry = tables.entry(slot);
    while (Pte.isMapped(entry)) {
      long changed = change.applyAsLong(entry);
      if (changed == entry) {
        return false;
      }
      if (tables.replace(slot, entry, changed)) {
        return true;
      }
      entry = tables.entry(slot);
    }
    return false;
  }
}
