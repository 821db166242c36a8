package dev.quarry.virtual.space;

import dev.quarry.machine.Cpu;
import dev.quarry.virtual.space.MergeRequest.Result;

/**
 * Merges areas and cuts them: {@code vma_merge_new_range}, {@code vma_merge_existing_range}, {@code
 * vma_modify}, {@code split_vma} (mm/vma.c, 6.18).
 *
 * <p>Two areas are one when they touch, have the same flags but for soft-dirty, show consecutive
 * pages of one file or of anonymous memory, and their anon_vmas are the same or one is missing.
 */
final class AreaMerge {
  private static final long NONE = VmAreaStruct.NONE;

  private final MmStruct mm;
  private final VmAreaStruct areas;
  private final AddressSpaces spaces;
  private final AnonVmas anonVmas;

  /** The request that operations fill in. */
  final MergeRequest request = new MergeRequest();

  AreaMerge(MmStruct mm) {
    this.mm = mm;
    this.areas = mm.areas;
    this.spaces = mm.spaces();
    this.anonVmas = spaces.anonVmas();
  }

  private boolean isLike(MergeRequest r, long vma) {
    return ((areas.flags(vma) ^ r.flags) & ~VmFlags.IGNORED_BY_MERGE) == 0
        && areas.file(vma) == r.file;
  }

  /** Whether pages of the request and of a neighbour can have one reverse map. */
  private boolean hasFittingAnonVma(MergeRequest r, long neighbour) {
    long theirs = areas.anonVma(neighbour);
    if (theirs == NONE && r.anonVma != NONE) {
      return !isForkChild(r.middle);
    }
    if (theirs != NONE && r.anonVma == NONE) {
      return !isForkChild(neighbour);
    }
    return theirs == r.anonVma;
  }

  private boolean isForkChild(long vma) {
    return vma != NONE && anonVmas.isForkChild(vma);
  }

  private boolean mergesLeft(MergeRequest r) {
    long prev = r.prev;
    return prev != NONE
        && areas.end(prev) == r.start
        && isLike(r, prev)
        && hasFittingAnonVma(r, prev)
        && areas.pgoffAt(prev, r.start) == r.pgoff;
  }

  private boolean mergesRight(MergeRequest r, boolean left) {
    long next = r.next;
    if (next == NONE
        || areas.start(next) != r.end
        || !isLike(r, next)
        || !hasFittingAnonVma(r, next)
        || areas.pgoff(next) != r.pgoff + ((r.end - r.start) >>> MmStruct.PAGE_SHIFT)) {
      return false;
    }
    // Both fit the request: that they fit each other does not follow.
    return !left
        || areas.anonVma(r.prev) == NONE
        || areas.anonVma(next) == NONE
        || areas.anonVma(r.prev) == areas.anonVma(next);
  }

  /**
   * Merges a range that is free with its neighbours.
   *
   * @return the area that has grown over it, or none
   */
  long newRange(Cpu cpu, MergeRequest r) {
    r.result = Result.NO_MERGE;
    if ((r.flags & VmFlags.SPECIAL) != 0) {
      return NONE;
    }
    boolean left = mergesLeft(r);
    boolean right = !r.justExpand && mergesRight(r, left);
    if (!left && !right) {
      return NONE;
    }
    long target = left ? r.prev : r.next;
    boolean both = left && right;
    if (both && !dupAnonVma(cpu, target, r.next)) {
      r.result = Result.OUT_OF_MEMORY;
      return NONE;
    }
    long end = right ? areas.end(r.next) : r.end;
    long start = left ? areas.start(target) : r.start;
    long pgoff = left ? areas.pgoff(target) : r.pgoff;
    if (both) {
      mm.tree.resize(target, start, r.end, pgoff);
      absorb(cpu, target, r.next);
    } else {
      mm.tree.resize(target, start, end, pgoff);
    }
    r.result = Result.MERGED;
    return target;
  }

  /**
   * Merges a part of an area, which is to have other properties, with neighbours that have them.
   * The part begins where the area does, or ends there, or it does not merge.
   *
   * @return the area that has it now, or none
   */
  private long existingRange(Cpu cpu, MergeRequest r) {
    r.result = Result.NO_MERGE;
    long middle = r.middle;
    assert r.start >= areas.start(middle) && r.end <= areas.end(middle)
        : r.start + " to " + r.end + " is not a part of " + areas.start(middle);
    boolean leftSide = r.start == areas.start(middle);
    boolean rightSide = r.end == areas.end(middle);
    if ((r.flags & VmFlags.SPECIAL) != 0 || (!leftSide && !rightSide)) {
      return NONE;
    }
    r.prev = areas.prev(middle);
    r.next = areas.next(middle);
    boolean left = leftSide && mergesLeft(r);
    boolean right = rightSide && mergesRight(r, left);
    if (!left && !right) {
      return NONE;
    }
    long target = left ? r.prev : r.next;
    boolean fromNext = left && right && areas.anonVma(r.next) != NONE;
    if (!dupAnonVma(cpu, target, fromNext ? r.next : middle)) {
      r.result = Result.OUT_OF_MEMORY;
      return NONE;
    }
    if (left) {
      growOver(cpu, r, right);
    } else {
      growDownOver(cpu, r);
    }
    r.result = Result.MERGED;
    return target;
  }

  /** The neighbour below takes the part, and the neighbour above with it if that merges too. */
  private void growOver(Cpu cpu, MergeRequest r, boolean right) {
    long last = r.prev;
    if (right) {
      last = r.next;
    } else if (r.end == areas.end(r.middle)) {
      last = r.middle;
    } else {
      spaces.pages().boundary(cpu, mm, r.end);
      mm.tree.moveBound(r.prev, r.middle, r.end);
    }
    for (long above = r.prev; above != last; ) {
      above = areas.next(r.prev);
      absorb(cpu, r.prev, above);
    }
  }

  /** The neighbour above takes the part. */
  private void growDownOver(Cpu cpu, MergeRequest r) {
    long middle = r.middle;
    if (r.start != areas.start(middle)) {
      spaces.pages().boundary(cpu, mm, r.start);
      mm.tree.moveBound(middle, r.next, r.start);
      return;
    }
    long page = areas.pgoffAt(r.next, r.start);
    mm.tree.remove(middle);
    spaces.freeArea(cpu, middle);
    mm.tree.resize(r.next, r.start, areas.end(r.next), page);
  }

  /** Makes one area of two that touch; it is the one below. */
  void absorb(Cpu cpu, long below, long above) {
    mm.tree.absorb(below, above);
    spaces.freeArea(cpu, above);
  }

  private boolean dupAnonVma(Cpu cpu, long to, long from) {
    boolean needed = areas.anonVma(to) == NONE && areas.anonVma(from) != NONE;
    return !needed || anonVmas.clone(cpu, to, from);
  }

  /**
   * Makes a part of an area one that has other flags: merged, or cut out: {@code vma_modify_flags}.
   * The flags themselves are the caller's to set.
   *
   * @return the area that has the part, and perhaps more, or a negated {@link Errno}
   */
  long modify(Cpu cpu, long vma, long start, long end, long flags) {
    MergeRequest r = request.like(areas, vma, start, end);
    r.middle = vma;
    r.flags = flags;
    long merged = existingRange(cpu, r);
    if (merged != NONE) {
      return merged;
    }
    if (r.isOutOfMemory()) {
      return -Errno.ENOMEM;
    }
    long part = vma;
    if (areas.start(vma) < start) {
      part = split(cpu, vma, start);
      if (Errno.isError(part)) {
        return part;
      }
    }
    if (areas.end(part) > end) {
      long above = split(cpu, part, end);
      if (Errno.isError(above)) {
        return above;
      }
    }
    return part;
  }

  /** Cuts an area if there may be one more: {@code split_vma}. */
  private long split(Cpu cpu, long vma, long at) {
    return mm.mapCount() >= spaces.settings().maxMapCount() ? -Errno.ENOMEM : cut(cpu, vma, at);
  }

  /**
   * Cuts an area in two: {@code __split_vma}. The lower part keeps the object.
   *
   * @return the upper part, or a negated {@link Errno}; then nothing has changed
   */
  long cut(Cpu cpu, long vma, long at) {
    assert mm.isHeldByMe() : mm + " is not locked by who cuts an area of it";
    assert areas.start(vma) < at && at < areas.end(vma)
        : at + " is not between " + areas.start(vma) + " and " + areas.end(vma);
    assert (at & ~MmStruct.PAGE_MASK) == 0 : at + " is not a page's address";
    int file = areas.file(vma);
    if (file != VmAreaStruct.NO_FILE && !spaces.files().file(file).maySplit()) {
      return -Errno.EINVAL;
    }
    long fresh = spaces.allocArea(cpu);
    if (fresh == NONE) {
      return -Errno.ENOMEM;
    }
    long page = areas.pgoffAt(vma, at);
    areas.init(fresh, mm.address(), at, areas.end(vma), areas.flags(vma), page, file);
    if (areas.anonVma(vma) != NONE && !anonVmas.clone(cpu, fresh, vma)) {
      spaces.freeObject(cpu, fresh);
      return -Errno.ENOMEM;
    }
    spaces.files().get(file);
    spaces.pages().boundary(cpu, mm, at);
    areas.end(vma, at);
    mm.tree.insertAbove(fresh, vma);
    return fresh;
  }
}
