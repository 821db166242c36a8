package dev.quarry.physical;

import java.util.Arrays;

/**
 * One list of {@code struct per_cpu_pages}: the frames of its blocks in a ring, first to last.
 * Linux links them through their descriptors; here a block on such a list leaves its descriptor,
 * and those of its neighbours, alone but for the state.
 *
 * <pre>
 *   ring   [ 7 | 9 |   |   |   | 4 | 5 ]      first is 4, last is 9
 *                    ▲           ▲
 *                    head + count  head
 * </pre>
 */
public final class PcpList {
  private static final int FIRST_CAPACITY = 16;

  private int[] ring = new int[FIRST_CAPACITY];
  private int head;
  private int count;

  PcpList() {}

  /** How many blocks are on the list. */
  public int count() {
    return count;
  }

  /** The first block's frame, or {@link Pfn#NONE}. */
  public int first() {
    return count == 0 ? Pfn.NONE : get(0);
  }

  /** The last block's frame, or {@link Pfn#NONE}. */
  public int last() {
    return count == 0 ? Pfn.NONE : get(count - 1);
  }

  /** A block by its place, the first one at 0. */
  public int get(int place) {
    if (Integer.compareUnsigned(place, count) >= 0) {
      throw new IndexOutOfBoundsException(
          "place " + place + " is not below the list's " + count + " blocks");
    }
    return ring[(head + place) & (ring.length - 1)];
  }

  void addHead(int pfn) {
    if (count == ring.length) {
      grow();
    }
    head = (head - 1) & (ring.length - 1);
    ring[head] = pfn;
    count++;
  }

  void addTail(int pfn) {
    if (count == ring.length) {
      grow();
    }
    ring[(head + count) & (ring.length - 1)] = pfn;
    count++;
  }

  /** Takes the first block; the list must not be empty. */
  int removeFirst() {
    int pfn = ring[head & (ring.length - 1)];
    head = (head + 1) & (ring.length - 1);
    count--;
    return pfn;
  }

  /** Takes the last block; the list must not be empty. */
  int removeLast() {
    count--;
    return ring[(head + count) & (ring.length - 1)];
  }

  /** The place of a block, or -1. */
  int placeOf(int pfn) {
    for (int place = 0; place < count; place++) {
      if (get(place) == pfn) {
        return place;
      }
    }
    return -1;
  }

  /** Takes the block at a place. */
  void remove(int place) {
    for (int at = place; at + 1 < count; at++) {
      ring[(head + at) & (ring.length - 1)] = get(at + 1);
    }
    count--;
  }

  private void grow() {
    int[] larger = Arrays.copyOf(ring, 2 * ring.length);
    for (int place = 0; place < count; place++) {
      larger[place] = get(place);
    }
    ring = larger;
    head = 0;
  }
}
