package dev.quarry.virtual.space;

import dev.quarry.machine.Cpu;
import dev.quarry.virtual.space.MmStruct.Field;

/**
 * Moves a part of an area to free addresses, with its pages: {@code move_vma}, {@code copy_vma}
 * (mm/mremap.c, mm/vma.c, 6.18).
 *
 * <pre>
 *   |---- [from   ) ----|                   |  [to     )  |
 *   |----||from   ||----|  1. cut out       |  |to     |  |  2. an area for the copy
 *   |----|         |----|  4. unmapped      |  |to     |  |  3. pages move
 *                                           |-------------|  5. merged with its neighbours
 * </pre>
 *
 * <p>Linux merges in step 2 and cuts in step 4, and keeps the source if there is no memory for
 * that. In this order a move happens wholly or not at all, and the areas are the same afterwards.
 */
final class MoveArea {
  private static final long NONE = VmAreaStruct.NONE;

  /** Areas that must be left to a process that moves one. */
  private static final int SPARE_AREAS = 3;

  private final Cpu cpu;
  private final MmStruct mm;
  private final VmAreaStruct areas;
  private final AddressSpaces spaces;
  private long vma;
  private boolean cutBelow;
  private boolean cutAbove;
  private final long from;
  private final long oldBytes;
  private final long to;
  private final long newBytes;

  MoveArea(Cpu cpu, MmStruct mm, long vma, long from, long oldBytes, long to, long newBytes) {
    this.cpu = cpu;
    this.mm = mm;
    this.areas = mm.areas;
    this.spaces = mm.spaces();
    this.vma = vma;
    this.from = from;
    this.oldBytes = oldBytes;
    this.to = to;
    this.newBytes = newBytes;
  }

  /**
   * Lets an area grow over free addresses behind it, and merge with what comes then: {@code
   * expand_vma_in_place}.
   *
   * @return false without memory
   */
  static boolean growInPlace(Cpu cpu, MmStruct mm, long vma, long bytes) {
    VmAreaStruct areas = mm.areas;
    long flags = areas.flags(vma);
    long pages = bytes >>> MmStruct.PAGE_SHIFT;
    boolean accounted = VmFlags.isAccounted(flags);
    if (accounted && !mm.spaces().commitment().charge(mm, pages)) {
      return false;
    }
    long end = areas.end(vma);
    MergeRequest r = mm.merge.request.like(areas, vma, end, end + bytes);
    r.prev = vma;
    r.next = areas.next(vma);
    if (mm.merge.newRange(cpu, r) == NONE) {
      mm.spaces().commitment().uncharge(accounted ? pages : 0);
      return false;
    }
    count(mm, flags, pages);
    return true;
  }

  private static void count(MmStruct mm, long flags, long pages) {
    mm.account(flags, pages);
    if ((flags & VmFlags.LOCKED) != 0) {
      mm.add(Field.LOCKED_VM, pages);
    }
  }

  /**
   * Moves.
   *
   * @param dontUnmap whether the old area stays, empty
   * @return the new address, or a negated {@link Errno}; then nothing has changed
   */
  long move(boolean dontUnmap) {
    if (mm.mapCount() >= (long) spaces.settings().maxMapCount() - SPARE_AREAS) {
      return -Errno.ENOMEM;
    }
    boolean unmaps = !dontUnmap && oldBytes != 0;
    boolean joins = joinsSource();
    int error = unmaps ? cutOut() : 0;
    if (error != 0) {
      return fail(0, error);
    }
    long flags = areas.flags(vma);
    long charged = (unmaps ? newBytes - oldBytes : newBytes) >>> MmStruct.PAGE_SHIFT;
    charged = VmFlags.isAccounted(flags) ? charged : 0;
    if (charged != 0 && !spaces.commitment().charge(mm, charged)) {
      return fail(0, -Errno.ENOMEM);
    }
    long copy = copy();
    if (copy == NONE) {
      return fail(charged, -Errno.ENOMEM);
    }
    long moved = spaces.pages().move(cpu, mm, vma, copy, from, to, oldBytes);
    if (moved < oldBytes) {
      takeBack(copy, moved);
      return fail(charged, -Errno.ENOMEM);
    }
    count(mm, flags, newBytes >>> MmStruct.PAGE_SHIFT);
    if (unmaps) {
      mm.detach.gather(cpu, from, from + oldBytes); // cuts nothing: it was cut before
      mm.detach.complete(cpu, 0);
    }
    // Without memory the copy stays an area of its own.
    long merged = mm.merge.modify(cpu, copy, to, to + newBytes, flags);
    if (dontUnmap) {
      emptied(merged);
    } else if (joins && !Errno.isError(merged)) {
      share(merged);
    }
    return to;
  }

  /** Whether the copy continues the area that it comes from, before or behind it. */
  private boolean joinsSource() {
    boolean touches = to + newBytes == areas.start(vma) || areas.end(vma) == to;
    boolean unmoved = areas.pgoff(vma) == areas.start(vma) >>> MmStruct.PAGE_SHIFT;
    return touches && unmoved && areas.isAnonymous(vma) && areas.anonVma(vma) == NONE;
  }

  /**
   * Linux has made one area of the copy and its source before it cuts the source out: what is left
   * of that has the copy's anon_vma.
   */
  private void share(long merged) {
    long below = cutBelow ? mm.lookup(from - 1) : NONE;
    long above = cutAbove ? mm.lookup(from + oldBytes) : NONE;
    for (long rest : new long[] {below, above}) {
      boolean lacks = rest != NONE && rest != merged && areas.anonVma(rest) == NONE;
      if (lacks && areas.anonVma(merged) != NONE) {
        spaces.anonVmas().clone(cpu, rest, merged); // without memory it has none
      }
    }
  }

  /** Cuts the part out of its area. */
  private int cutOut() {
    if (areas.start(vma) < from) {
      long upper = mm.merge.cut(cpu, vma, from);
      if (Errno.isError(upper)) {
        return (int) upper;
      }
      vma = upper;
      cutBelow = true;
    }
    if (areas.end(vma) > from + oldBytes) {
      long rest = mm.merge.cut(cpu, vma, from + oldBytes);
      if (Errno.isError(rest)) {
        return (int) rest;
      }
      cutAbove = true;
    }
    return 0;
  }

  /** Makes one area again of what was cut. */
  private int fail(long charged, int error) {
    spaces.commitment().uncharge(charged);
    if (cutAbove) {
      mm.merge.absorb(cpu, vma, areas.next(vma));
    }
    if (cutBelow) {
      mm.merge.absorb(cpu, areas.prev(vma), vma);
    }
    return error;
  }

  /** An area like the source at the new place, not merged yet. */
  private long copy() {
    long fresh = spaces.allocArea(cpu);
    if (fresh == NONE) {
      return NONE;
    }
    // What nobody has touched can be counted from its new place, and merge there.
    boolean untouched = areas.isAnonymous(vma) && areas.anonVma(vma) == NONE;
    long page = untouched ? to >>> MmStruct.PAGE_SHIFT : areas.pgoffAt(vma, from);
    int file = areas.file(vma);
    areas.init(fresh, mm.address(), to, to + newBytes, areas.flags(vma), page, file);
    if (!spaces.anonVmas().clone(cpu, fresh, vma)) {
      spaces.freeObject(cpu, fresh);
      return NONE;
    }
    spaces.files().get(file);
    mm.tree.insert(fresh, mm.tree.before(mm.findVma(to)));
    return fresh;
  }

  /**
   * There was no memory for tables: the pages go back, whose tables are there, and the copy goes.
   */
  private void takeBack(long copy, long moved) {
    MappedPages pages = spaces.pages();
    pages.move(cpu, mm, copy, vma, to, from, moved);
    long floor = areas.prev(copy) == NONE ? 0 : areas.end(areas.prev(copy));
    long next = areas.next(copy);
    long ceiling = next == NONE ? spaces.userEnd() : areas.start(next);
    mm.tree.remove(copy);
    spaces.freeArea(cpu, copy);
    pages.freeTables(cpu, mm, to, to + newBytes, floor, ceiling);
  }

  /**
   * The old area has no pages any more: it is not locked, nor do pages belong to it. If the copy
   * has become a part of it, that is not locked either.
   */
  private void emptied(long merged) {
    vma = mm.lookup(from);
    long flags = areas.flags(vma);
    if ((flags & VmFlags.LOCKED) != 0) {
      mm.add(Field.LOCKED_VM, -areas.pages(vma));
    }
    areas.flags(vma, flags & ~VmFlags.LOCKED_MASK);
    if (vma != merged && areas.start(vma) == from && areas.end(vma) == from + oldBytes) {
      spaces.anonVmas().unlink(cpu, vma);
    }
  }
}
