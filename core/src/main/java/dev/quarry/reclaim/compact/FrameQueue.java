package dev.quarry.reclaim.compact;

import java.util.Arrays;

/** Frames in a row, taken from its front: {@code struct list_head} of isolated pages. */
final class FrameQueue {
  private int[] ring = new int[CompactControl.CLUSTER];
  private int head;
  private int size;

  int size() {
    return size;
  }

  boolean isEmpty() {
    return size == 0;
  }

  void addLast(int pfn) {
    makeRoom();
    ring[(head + size++) & (ring.length - 1)] = pfn;
  }

  void addFirst(int pfn) {
    makeRoom();
    head = (head - 1) & (ring.length - 1);
    ring[head] = pfn;
    size++;
  }

  /** Takes the first; there must be one. */
  int removeFirst() {
    int pfn = ring[head];
    head = (head + 1) & (ring.length - 1);
    size--;
    return pfn;
  }

  private void makeRoom() {
    if (size == ring.length) {
      int[] larger = Arrays.copyOf(ring, 2 * size);
      for (int i = 0; i < size; i++) {
        larger[i] = ring[(head + i) & (size - 1)];
      }
      ring = larger;
      head = 0;
    }
  }
}
