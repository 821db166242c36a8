package dev.quarry.virtual.space;

import dev.quarry.machine.Cpu;
import dev.quarry.virtual.space.MmStruct.Field;

/**
 * Takes areas out of a range: {@code struct vma_munmap_struct} with what gathers, completes and
 * gives up (mm/vma.c, 6.18). Each address space has one.
 *
 * <pre>
 *            start                    end
 *     prev    |  first         last    |   next        gather: cuts at both ends, sums up
 *   |------|--|--****--------****--|---|---|           complete: unlinks, clears tables, frees
 * </pre>
 */
final class AreaDetach {
  private static final long NONE = VmAreaStruct.NONE;

  private final MmStruct mm;
  private final VmAreaStruct areas;
  private final AddressSpaces spaces;

  long first;
  long prev;
  long next;
  long nrPages;
  long accounted;
  private long start;
  private long end;
  private long last;

  AreaDetach(MmStruct mm) {
    this.mm = mm;
    this.areas = mm.areas;
    this.spaces = mm.spaces();
  }

  /**
   * Finds what is in a range, and cuts off what reaches beyond it.
   *
   * @return 0, also if there is nothing, or a negated {@link Errno}; cuts stay
   */
  int gather(Cpu cpu, long from, long to) {
    start = from;
    end = to;
    nrPages = 0;
    accounted = 0;
    long found = mm.findVma(from);
    if (found == NONE || areas.start(found) >= to) {
      first = NONE;
      next = found;
      prev = mm.tree.before(found);
      return 0;
    }
    first = found;
    int error = cutEnds(cpu);
    if (error != 0) {
      return error;
    }
    prev = areas.prev(first);
    sum();
    return 0;
  }

  private int cutEnds(Cpu cpu) {
    if (areas.start(first) < start) {
      // A hole in an area makes one area more.
      boolean hole = end < areas.end(first);
      if (hole && mm.mapCount() >= spaces.settings().maxMapCount()) {
        return -Errno.ENOMEM;
      }
      long upper = mm.merge.cut(cpu, first, start);
      if (Errno.isError(upper)) {
        return (int) upper;
      }
      first = upper;
    }
    last = first;
    while (areas.end(last) < end) {
      long above = areas.next(last);
      if (above == NONE || areas.start(above) >= end) {
        return 0;
      }
      last = above;
    }
    long rest = areas.end(last) > end ? mm.merge.cut(cpu, last, end) : 0;
    return Errno.isError(rest) ? (int) rest : 0;
  }

  private void sum() {
    next = areas.next(last);
    for (long at = first; at != next; at = areas.next(at)) {
      long pages = areas.pages(at);
      nrPages += pages;
      accounted += areas.has(at, VmFlags.ACCOUNT) ? pages : 0;
    }
  }

  boolean isEmpty() {
    return first == NONE;
  }

  /**
   * Takes out what was gathered: nothing fails any more.
   *
   * @param uncharge how many pages nobody was promised any more
   */
  void complete(Cpu cpu, long uncharge) {
    mm.noteHiwater();
    MappedPages pages = spaces.pages();
    long floor = prev == NONE ? 0 : areas.end(prev);
    long ceiling = next == NONE ? spaces.userEnd() : areas.start(next);
    for (long at = first; at != next; ) {
      long following = areas.next(at);
      long flags = areas.flags(at);
      long from = areas.start(at);
      long to = areas.end(at);
      long count = (to - from) >>> MmStruct.PAGE_SHIFT;
      mm.account(flags, -count);
      if ((flags & VmFlags.LOCKED) != 0) {
        mm.add(Field.LOCKED_VM, -count);
      }
      mm.tree.remove(at);
      pages.unmap(cpu, mm, at, from, to);
      spaces.freeArea(cpu, at);
      at = following;
    }
    pages.freeTables(cpu, mm, start, end, floor, ceiling);
    if (uncharge != 0) {
      spaces.commitment().uncharge(uncharge);
    }
  }
}
