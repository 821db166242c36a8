package dev.quarry.virtual.fault;

import dev.quarry.machine.Cpu;
import dev.quarry.physical.LargeFolios;
import dev.quarry.physical.PageState;
import dev.quarry.virtual.HugeTables;
import dev.quarry.virtual.PageTables;
import dev.quarry.virtual.space.HugePageSettings;
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
  private final HugePages huge;

  ChangeProtection(Parts parts, HugePages huge) {
    this.huge = huge;
    this.parts = parts;
    this.tables = parts.tables();
    this.areas = parts.spaces().areas();
  }

  /** Makes entries fit their area's flags. */
  void change(Cpu cpu, MmStruct mm, long vma, long start, long end) {
    huge.entries().splitAt(cpu, mm, start);
    huge.entries().splitAt(cpu, mm, end);
    long flags = areas.flags(vma);
    boolean notify = isWriteNotified(vma);
    long bits = parts.bits(flags, notify);
    boolean mayWrite = (flags & VmFlags.WRITE) != 0;
    long off = ~Pte.flags(tables.layout(), PROTECTION);
    forEachMapped(
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
  long makeLazyFree(Cpu cpu, MmStruct mm, long start, long end) {
    splitParts(cpu, mm, start, end);
    long[] freed = {0};
    forEachMapped(
        mm,
        start,
        end,
        entry -> {
          int pfn = parts.pfn(entry);
          if (!isDroppable(cpu, mm, pfn, entry)) {
            return entry;
          }
          parts.map().changeFlags(pfn, PageState.SWAPBACKED | PageState.DIRTY, 0);
          freed[0] += (entry & Pte.PSE) != 0 ? HugePageSettings.FRAMES : 1;
          return entry & ~(Pte.ACCESSED | Pte.DIRTY);
        });
    return freed[0];
  }

  /** Nobody else has it; a huge page of which entries show frames is made small pages first. */
  private boolean isDroppable(Cpu cpu, MmStruct mm, int pfn, long entry) {
    if (pfn == parts.zeroPfn() || huge.isZeros(pfn)) {
      return false;
    }
    if (!LargeFolios.isPart(parts.map().state(pfn))) {
      return parts.map().mapcount(pfn) == 1;
    }
    boolean alone = parts.rmap().large().isAlone(mm, pfn);
    return alone && ((entry & Pte.PSE) != 0 || huge.splitBlock(cpu, pfn));
  }

  /** Entries forget that they were used. */
  void makeOld(Cpu cpu, MmStruct mm, long start, long end) {
    splitParts(cpu, mm, start, end);
    forEachMapped(
        mm,
        start,
        end,
        entry -> {
          int pfn = parts.pfn(entry);
          boolean part = LargeFolios.isPart(parts.map().state(pfn));
          boolean shared = part && !parts.rmap().large().isAlone(mm, pfn);
          return shared ? entry : entry & ~Pte.ACCESSED;
        });
  }

  /** An advice about a part of a huge page makes small ones of it; shared ones stay. */
  private void splitParts(Cpu cpu, MmStruct mm, long start, long end) {
    splitPart(cpu, mm, start);
    splitPart(cpu, mm, end);
  }

  private void splitPart(Cpu cpu, MmStruct mm, long address) {
    if (mm.huge().entries() == 0 || (address & HugePageSettings.BYTES - 1) == 0) {
      return;
    }
    long slot = mm.tables().findUpperSlot(address);
    if (slot != PageTables.NO_SLOT && HugeTables.isHuge(tables.entry(slot))) {
      huge.splitPart(cpu, mm, slot, parts.pfn(tables.entry(slot)));
    }
  }

  private void forEachMapped(MmStruct mm, long start, long end, LongUnaryOperator change) {
    int step = tables.layout().pointerBytes();
    mm.tables()
        .forEachRun(
            start,
            (end - start) >>> PageTableLayout.PAGE_SHIFT,
            (address, slot, entries, level) -> {
              boolean whole = level == 0 || isWhole(address, end);
              for (int i = 0; i < entries && whole; i++) {
                replace(slot + (long) i * step, change);
              }
            });
  }

  /** A huge page that reaches beyond the range and could not be split is left alone. */
  private static boolean isWhole(long address, long end) {
    return (address & HugePageSettings.BYTES - 1) == 0 && address + HugePageSettings.BYTES <= end;
  }

  /** The processor may set accessed and dirty meanwhile, and they must not be lost. */
  private void replace(long slot, LongUnaryOperator change) {
    long entry = tables.entry(slot);
    while (Pte.isMapped(entry)) {
      long changed = change.applyAsLong(entry);
      if (changed == entry || tables.replace(slot, entry, changed)) {
        return;
      }
      entry = tables.entry(slot);
    }
  }
}
