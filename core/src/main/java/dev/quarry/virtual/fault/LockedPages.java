package dev.quarry.virtual.fault;

import dev.quarry.machine.Cpu;
import dev.quarry.physical.PageState;
import dev.quarry.virtual.space.MmStruct;
import dev.quarry.virtual.space.VmFlags;

/**
 * Pages of areas that are locked into memory: {@code mlock_pte_range} (mm/mlock.c, 6.18). Linux
 * counts the areas that lock a page; here the reverse map is asked when one of them does not any
 * more.
 */
final class LockedPages {
  private final Parts parts;
  private final ChangeProtection entries;
  private final ReverseMap rmap;

  LockedPages(Parts parts, ChangeProtection entries, ReverseMap rmap) {
    this.parts = parts;
    this.entries = entries;
    this.rmap = rmap;
  }

  /** The pages of a range are locked from now on, or this area does not lock them any more. */
  void change(Cpu cpu, MmStruct mm, long vma, long start, long end, boolean locked) {
    entries.forEachPage(
        mm,
        start,
        end,
        pfn -> {
          if (locked) {
            parts.lru().lock(cpu, pfn);
          } else {
            unlock(cpu, vma, pfn);
          }
        });
  }

  /** An area does not lock a page any more: {@code munlock_vma_folio}. */
  void unlock(Cpu cpu, long vma, int pfn) {
    if ((PageState.flags(parts.map().state(pfn)) & PageState.UNEVICTABLE) != 0
        && !isLockedElsewhere(vma, pfn)) {
      parts.lru().unlock(cpu, pfn);
    }
  }

  private boolean isLockedElsewhere(long vma, int pfn) {
    if (parts.map().mapcount(pfn) <= 1) {
      return false;
    }
    boolean[] found = {false};
    rmap.forEachArea(
        pfn,
        other -> {
          found[0] |=
              other != vma
                  && parts.spaces().areas().has(other, VmFlags.LOCKED)
                  && rmap.shows(other, pfn);
          return !found[0];
        });
    return found[0];
  }
}
