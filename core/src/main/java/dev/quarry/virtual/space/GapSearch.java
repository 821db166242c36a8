package dev.quarry.virtual.space;

import dev.quarry.virtual.space.MmStruct.Field;

/**
 * Finds free addresses by the gaps that the tree knows, without looking at each area: {@code
 * vm_unmapped_area}.
 *
 * <pre>
 *   low                                                              high
 *    |   [ area ]   gap   [ area ]      gap      [ area ][stack]      |
 *         bottom-up: the lowest gap that is large enough, its lower end
 *         top-down:  the highest one, its upper end
 * </pre>
 */
final class GapSearch {
  /** There is no such gap; no page has this address. */
  static final long NO_GAP = -Errno.ENOMEM;

  private static final long NONE = VmAreaStruct.NONE;

  private final MmStruct mm;
  private final VmAreaStruct areas;
  private final AreaTree tree;

  GapSearch(MmStruct mm) {
    this.mm = mm;
    this.areas = mm.areas;
    this.tree = mm.tree;
  }

  /**
   * The highest {@code length} free bytes between two bounds: {@code unmapped_area_topdown}. Where
   * they would be free but for the guard gap of a stack, Linux goes on below that gap, whatever
   * else is free in it:
   *
   * <pre>
   *    |  free  | area |  free, long enough  | stack        the first one is not found
   *       |------ guard gap -----------------|
   * </pre>
   *
   * @return their first address or {@link #NO_GAP}
   */
  long topDown(long length, long low, long high) {
    long found = highest(length, low, high);
    long limit = high;
    for (long stack = stackAbove(length, low, limit, found);
        stack != NONE;
        stack = stackAbove(length, low, limit, found)) {
      limit = tree.startGap(stack);
      found = highest(length, low, limit);
    }
    return found;
  }

  /** The highest stack above an address below which as much would be free without its guard gap. */
  private long stackAbove(long length, long low, long high, long found) {
    long stacks = mm.get(Field.STACKS);
    if (stacks == 0) {
      return NONE;
    }
    long last = tree.last();
    if (stacks == 1 && areas.has(last, VmFlags.GROWSDOWN) && tree.startGap(last) >= high) {
      return NONE; // the usual one
    }
    long above = mm.findVma(high);
    for (long at = above == NONE ? last : above; at != NONE; at = areas.prev(at)) {
      long to = Math.min(areas.start(at), high);
      long from = Math.max(below(at), low);
      if (to < low || to <= found) {
        return NONE;
      }
      boolean isStack = areas.has(at, VmFlags.GROWSDOWN) && tree.startGap(at) < to;
      if (isStack && to - from >= length) {
        return at;
      }
    }
    return NONE;
  }

  private long highest(long length, long low, long high) {
    if (high < length || high - length < low) {
      return NO_GAP;
    }
    long lastStart = high - length;
    if (mm.get(Field.HIGHEST_END) <= lastStart) {
      return lastStart;
    }
    long at = mm.rootArea();
    boolean down = fits(at, length);
    while (at != NONE) {
      if (down) {
        long right = areas.right(at);
        if (areas.end(at) <= lastStart && fits(right, length)) {
          at = right;
          continue;
        }
      }
      long from = below(at);
      long to = tree.startGap(at);
      if (areas.start(at) < low + length) {
        return NO_GAP; // and all further down are lower still
      }
      if (from <= lastStart && to > from && to - from >= length) {
        return Math.min(to, high) - length;
      }
      if (fits(areas.left(at), length)) {
        at = areas.left(at);
        down = true;
        continue;
      }
      at = parentPast(at, true);
      down = false;
    }
    return NO_GAP;
  }

  private boolean fits(long subtree, long length) {
    return subtree != NONE && areas.subtreeGap(subtree) >= length;
  }

  private long below(long vma) {
    long prev = areas.prev(vma);
    return prev == NONE ? 0 : areas.end(prev);
  }

  /** The nearest area above in the tree of which this one is on the given side, or none. */
  private long parentPast(long vma, boolean fromRight) {
    long child = vma;
    long parent = areas.parent(child);
    while (parent != NONE && (areas.right(parent) == child) != fromRight) {
      child = parent;
      parent = areas.parent(child);
    }
    return parent;
  }

  /**
   * The lowest {@code length} free bytes between two bounds: {@code unmapped_area}.
   *
   * @return their first address or {@link #NO_GAP}
   */
  long bottomUp(long length, long low, long high) {
    if (high < length || high - length < low) {
      return NO_GAP;
    }
    long lastStart = high - length;
    long least = low + length;
    long at = mm.rootArea();
    boolean down = fits(at, length);
    while (at != NONE && (down || areas.subtreeGap(at) >= length)) {
      if (down && areas.start(at) >= least && fits(areas.left(at), length)) {
        at = areas.left(at);
        continue;
      }
      long from = below(at);
      long to = tree.startGap(at);
      if (from > lastStart) {
        return NO_GAP;
      }
      if (to >= least && to > from && to - from >= length) {
        return Math.max(from, low);
      }
      if (fits(areas.right(at), length)) {
        at = areas.right(at);
        down = true;
        continue;
      }
      at = parentPast(at, false);
      down = false;
    }
    long end = mm.get(Field.HIGHEST_END);
    return end <= lastStart ? Math.max(end, low) : NO_GAP;
  }
}
