package dev.quarry.bench.work;

import dev.quarry.physical.Pfn;

/**
 * The allocator that the buddy system is measured against: free extents in a list by address,
 * searched from its start, as in Kernighan and Ritchie's storage allocator. The links lie in the
 * extents' first frames, so that a step costs what a step through {@code mem_map} does.
 */
final class FirstFitList {
  private final int[] next;
  private final int[] pages;
  private int head = Pfn.NONE;
  private int extents;

  /** An allocator of frames {@code 0 .. frames - 1}, none of them free. */
  FirstFitList(int frames) {
    next = new int[frames];
    pages = new int[frames];
  }

  /** Takes the start of the first extent that is large enough; {@link Pfn#NONE} if none is. */
  int allocate(int wanted) {
    int before = Pfn.NONE;
    for (int at = head; at != Pfn.NONE; before = at, at = next[at]) {
      if (pages[at] > wanted) {
        int rest = at + wanted;
        pages[rest] = pages[at] - wanted;
        next[rest] = next[at];
        link(before, rest);
        return at;
      }
      if (pages[at] == wanted) {
        link(before, next[at]);
        extents--;
        return at;
      }
    }
    return Pfn.NONE;
  }

  /** Gives an extent back and joins it with its neighbours. */
  void free(int start, int length) {
    int before = Pfn.NONE;
    int after = head;
    while (after != Pfn.NONE && after < start) {
      before = after;
      after = next[after];
    }
    insert(before, start, length, after);
  }

  private void insert(int before, int start, int length, int after) {
    pages[start] = length;
    next[start] = after;
    link(before, start);
    extents++;
    joinWithNext(start);
    if (before != Pfn.NONE) {
      joinWithNext(before);
    }
  }

  /** Frees extents of one page, in ascending order and without neighbours, in one pass. */
  void freeAscending(int[] frames) {
    int before = Pfn.NONE;
    for (int frame : frames) {
      insert(before, frame, 1, before == Pfn.NONE ? head : next[before]);
      before = frame;
    }
  }

  private void link(int before, int to) {
    if (before == Pfn.NONE) {
      head = to;
    } else {
      next[before] = to;
    }
  }

  private void joinWithNext(int at) {
    int after = next[at];
    if (after != Pfn.NONE && at + pages[at] == after) {
      pages[at] += pages[after];
      next[at] = next[after];
      extents--;
    }
  }

  /** How many free extents there are. */
  int extents() {
    return extents;
  }
}
