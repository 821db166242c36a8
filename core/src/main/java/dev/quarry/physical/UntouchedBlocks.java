package dev.quarry.physical;

import java.util.Arrays;

/**
 * Free blocks of the largest order that nobody has touched since boot, kept as ranges of frames so
 * that neither they nor their descriptors cost memory. They stand at the tail of the largest
 * order's movable list and are linked one by one as the list runs empty, in the order of their
 * addresses; the counterpart of Linux's deferred initialisation ({@code deferred_grow_zone},
 * mm/page_alloc.c).
 *
 * <p>Ranges are aligned to the block, sorted and disjoint.
 */
final class UntouchedBlocks {
  private final int blockPages;
  private int[] starts = new int[4];
  private int[] ends = new int[4];
  private int ranges;
  private int blocks;

  UntouchedBlocks(int blockPages) {
    this.blockPages = blockPages;
  }

  /** How many blocks there are. */
  int count() {
    return blocks;
  }

  /** Adds the blocks of {@code [start, end)}, above all that are there. */
  void append(int start, int end) {
    assert ranges == 0 || ends[ranges - 1] <= start : "ranges must ascend";
    if (ranges == starts.length) {
      starts = Arrays.copyOf(starts, 2 * ranges);
      ends = Arrays.copyOf(ends, 2 * ranges);
    }
    starts[ranges] = start;
    ends[ranges] = end;
    ranges++;
    blocks += (end - start) / blockPages;
  }

  /** Takes the block with the lowest address, or {@link Pfn#NONE}. */
  int takeFirst() {
    if (blocks == 0) {
      return Pfn.NONE;
    }
    int pfn = starts[0];
    starts[0] += blockPages;
    blocks--;
    if (starts[0] == ends[0]) {
      dropRange(0);
    }
    return pfn;
  }

  private void dropRange(int index) {
    System.arraycopy(starts, index + 1, starts, index, ranges - index - 1);
    System.arraycopy(ends, index + 1, ends, index, ranges - index - 1);
    ranges--;
  }

  /** Forgets all blocks. */
  void clear() {
    ranges = 0;
    blocks = 0;
  }

  /** Whether a frame lies in an untouched block. */
  boolean contains(int pfn) {
    int index = Arrays.binarySearch(starts, 0, ranges, pfn);
    if (index >= 0) {
      return true;
    }
    int below = -index - 2;
    return below >= 0 && pfn < ends[below];
  }

  /** The end of the untouched range that holds {@code pfn}, which must be in one. */
  int endOfRange(int pfn) {
    int index = Arrays.binarySearch(starts, 0, ranges, pfn);
    return ends[index >= 0 ? index : -index - 2];
  }
}
