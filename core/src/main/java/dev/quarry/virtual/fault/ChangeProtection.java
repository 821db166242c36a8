package dev.quarry.virtual.fault;

import dev.quarry.machine.Cpu;
import dev.quarry.physical.LargeFolios;
import dev.quarry.physical.PageState;
import dev.quarry.virtual.PageTableLayout;
import dev.quarry.virtual.Pte;
import dev.quarry.virtual.TableMemory;
import dev.quarry.virtual.cache.CachedFile;
import dev.quarry.virtual.space.HugePageSettings;
import dev.quarry.virtual.space.MmStruct;
import dev.quarry.virtual.space.VmAreaStruct;
import dev.quarry.virtual.space.VmFlags;
import java.util.function.IntConsumer;
import java.util.function.LongBinaryOperator;
import java.util.stream.IntStream;

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
  private final SwapFault swap;

  ChangeProtection(Parts parts, HugePages huge, SwapFault swap) {
    this.huge = huge;
    this.swap = swap;
    this.parts = parts;
    this.tables = parts.tables();
    this.areas = parts.spaces().areas();
  }

  /** Makes entries fit their area's flags; whether one changed. */
  boolean change(Cpu cpu, MmStruct mm, long vma, long start, long end) {
    huge.entries().splitAt(cpu, mm, start);
    huge.entries().splitAt(cpu, mm, end);
    long flags = areas.flags(vma);
    boolean notify = isWriteNotified(vma);
    long bits = parts.bits(flags, notify);
    boolean mayWrite = (flags & VmFlags.WRITE) != 0;
    long off = ~Pte.flags(tables.layout(), PROTECTION);
    return forEachMapped(
        mm,
        start,
        end,
        (address, entry) -> {
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
        (address, entry) -> {
          int pfn = parts.pfn(entry);
          boolean zeros = pfn == parts.zeroPfn() || huge.isZeros(pfn);
          boolean part = LargeFolios.isPart(parts.map().state(pfn));
          boolean own =
              part ? isWhollyMeant(mm, address, entry, start, end) : mayBecomeLazyFree(cpu, pfn);
          if (zeros || !own) {
            return entry;
          }
          makeLazyFree(pfn, part);
          freed[0] += (entry & Pte.PSE) != 0 ? HugePageSettings.FRAMES : 1;
          return entry & ~(Pte.ACCESSED | Pte.DIRTY);
        });
    return freed[0];
  }

  /**
   * Whether nobody else needs what a page holds: others may have it by clean entries if it is dirty
   * itself, or if its contents are in swap, too, which its place must not be any more then.
   */
  private boolean mayBecomeLazyFree(Cpu cpu, int pfn) {
    int state = PageState.flags(parts.map().state(pfn));
    if ((state & (PageState.DIRTY | PageState.SWAPCACHE)) == 0) {
      return true;
    }
    boolean alone = parts.map().mapcount(pfn) == 1;
    boolean cached = (state & PageState.SWAPCACHE) != 0;
    return alone && (!cached || swap.swap().dropCached(cpu, pfn));
  }

  /** The frames that only entries of a range show. */
  int[] ownPages(MmStruct mm, long start, long end) {
    IntStream.Builder frames = IntStream.builder();
    forEachPage(
        mm,
        start,
        end,
        pfn -> {
          if (isAlone(mm, pfn)) {
            frames.add(pfn);
          }
        });
    return frames.build().toArray();
  }

  /** Visits the frames that entries of a range show: single ones, and heads of huge pages. */
  void forEachPage(MmStruct mm, long start, long end, IntConsumer visitor) {
    forEachMapped(
        mm,
        start,
        end,
        (address, entry) -> {
          int pfn = parts.pfn(entry);
          boolean small = !LargeFolios.isPart(parts.map().state(pfn));
          boolean whole = (entry & Pte.PSE) != 0 && !huge.isZeros(pfn);
          if (pfn != parts.zeroPfn() && (small || whole)) {
            visitor.accept(pfn);
          }
          return entry;
        });
  }

  private void makeLazyFree(int pfn, boolean part) {
    if (part) {
      int head = parts.memory().largeFolios().head(pfn);
      parts.map().changeFlags(pfn, pfn == head ? 0 : PageState.SWAPBACKED | PageState.DIRTY, 0);
      parts.lru().lazyFree(head);
    } else {
      parts.lru().lazyFree(pfn);
    }
  }

  /**
   * Entries forget that they were used; a huge page that others have too is left alone. Whether one
   * had been used.
   */
  boolean makeOld(Cpu cpu, MmStruct mm, long start, long end) {
    splitParts(cpu, mm, start, end);
    return forEachMapped(
        mm,
        start,
        end,
        (address, entry) -> {
          int pfn = parts.pfn(entry);
          boolean part = LargeFolios.isPart(parts.map().state(pfn)) && !huge.isZeros(pfn);
          boolean skipped = part && !isWhollyMeant(mm, address, entry, start, end);
          return skipped ? entry : entry & ~Pte.ACCESSED;
        });
  }

  /** Whether all of the huge page that holds a frame is in a range, and nobody else has it. */
  private boolean isWhollyMeant(MmStruct mm, long address, long entry, long start, long end) {
    int pfn = parts.pfn(entry);
    LargeFolios folios = parts.memory().largeFolios();
    int head = folios.head(pfn);
    long first = address - ((long) (pfn - head) << Parts.SHIFT);
    boolean all = (entry & Pte.PSE) != 0 || folios.framesMapped(head) == HugePageSettings.FRAMES;
    return all && first >= start && isWhole(first, end) && parts.rmap().large().isAlone(mm, pfn);
  }

  /** An advice about a part of a huge page makes small pages of it first, if nobody else has it. */
  private void splitParts(Cpu cpu, MmStruct mm, long start, long end) {
    huge.splitPart(cpu, mm, start);
    huge.splitPart(cpu, mm, end);
    forEachMapped(
        mm,
        start,
        end,
        (address, entry) -> {
          int pfn = parts.pfn(entry);
          boolean small = (entry & Pte.PSE) == 0 && LargeFolios.isPart(parts.map().state(pfn));
          if (small && !isWhollyMeant(mm, address, entry, start, end) && isAlone(mm, pfn)) {
            huge.splitBlock(cpu, pfn, mm);
          }
          return entry;
        });
  }

  private boolean isAlone(MmStruct mm, int pfn) {
    return parts.rmap().large().isAlone(mm, pfn);
  }

  /** Whether an entry changed. */
  private boolean forEachMapped(MmStruct mm, long start, long end, LongBinaryOperator change) {
    boolean[] changed = {false};
    int step = tables.layout().pointerBytes();
    mm.tables()
        .forEachRun(
            start,
            (end - start) >>> PageTableLayout.PAGE_SHIFT,
            (address, slot, entries, level) -> {
              boolean whole = level == 0 || isWhole(address, end);
              for (int i = 0; i < entries && whole; i++) {
                long at = address + ((long) i << Parts.SHIFT);
                changed[0] |= replace(at, slot + (long) i * step, change);
              }
            });
    return changed[0];
  }

  /** A huge page that reaches beyond the range and could not be split is left alone. */
  private static boolean isWhole(long address, long end) {
    return (address & HugePageSettings.BYTES - 1) == 0 && address + HugePageSettings.BYTES <= end;
  }

  /** The processor may set accessed and dirty meanwhile, and they must not be lost. */
  private boolean replace(long address, long slot, LongBinaryOperator change) {
    long entry = tables.entry(slot);
    while (Pte.isMapped(entry)) {
      long changed = change.applyAsLong(address, entry);
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
