package dev.quarry.reclaim;

import org.jspecify.annotations.Nullable;

/**
 * 512 slots of a swap area: {@code struct swap_cluster_info} with its part of {@code swap_map} and
 * of the swap table (mm/swapfile.c, mm/swap_table.h, 6.18).
 *
 * <p>Equation: a slot is in use if entries of page tables say it, or the swap cache has its page.
 */
final class SwapCluster {
  static final int SLOTS = 512;
  private static final int NO_FRAME = 0;

  /** How many page table entries say each slot. */
  final int[] users = new int[SLOTS];

  /** The frame in the swap cache and one, or {@link #NO_FRAME}. */
  private final int[] frames = new int[SLOTS];

  /** What is left of a page that was evicted. */
  private final int[] shadows = new int[SLOTS];

  /** A bit for each slot whose page is zeros, which were not written. */
  private final long[] zeros = new long[SLOTS / Long.SIZE];

  /** The group that each slot counts for; null: all for the root. */
  private char @Nullable [] groups;

  /** Slots in use. */
  int used;

  boolean isFree(int slot) {
    return users[slot] == 0 && frames[slot] == NO_FRAME;
  }

  /** The first free slot at or behind one, or -1. */
  int nextFree(int from) {
    for (int slot = from; slot < SLOTS; slot++) {
      if (isFree(slot)) {
        return slot;
      }
    }
    return -1;
  }

  boolean isCached(int slot) {
    return frames[slot] != NO_FRAME;
  }

  /** The frame in the swap cache, or {@link dev.quarry.physical.Pfn#NONE}. */
  int frame(int slot) {
    return frames[slot] - 1;
  }

  /** What was left of a page when it was evicted; 0: nothing. */
  int shadow(int slot) {
    return shadows[slot];
  }

  /** The swap cache has the page; what was left of it when it was evicted. */
  int cache(int slot, int pfn) {
    frames[slot] = pfn + 1;
    int shadow = shadows[slot];
    shadows[slot] = 0;
    return shadow;
  }

  void uncache(int slot, int shadow) {
    frames[slot] = NO_FRAME;
    shadows[slot] = shadow;
  }

  /** The number of the group that a slot counts for: {@code swap_cgroup}. */
  int group(int slot) {
    char[] all = groups;
    return all == null ? 0 : all[slot];
  }

  void group(int slot, int id) {
    if (groups == null && id != 0) {
      groups = new char[SLOTS];
    }
    char[] all = groups;
    if (all != null) {
      all[slot] = (char) id;
    }
  }

  boolean isZero(int slot) {
    return (zeros[slot / Long.SIZE] >>> slot & 1) != 0;
  }

  void zero(int slot, boolean zero) {
    long bit = 1L << slot;
    zeros[slot / Long.SIZE] = zero ? zeros[slot / Long.SIZE] | bit : zeros[slot / Long.SIZE] & ~bit;
  }

  /** Nothing is known of a slot any more. */
  void clear(int slot) {
    shadows[slot] = 0;
    group(slot, 0);
    zero(slot, false);
  }
}
