package dev.quarry.replay.play;

import java.util.Map;
import java.util.TreeMap;

/**
 * How often each GFP mask was asked with: a hash table of primitives with open addressing, since it
 * is touched for every request of a replay.
 */
final class GfpCounts {
  private static final int SPREAD = 0x9E37_79B9;

  private int[] masks = new int[64];
  private long[] counts = new long[64];
  private int used;

  void count(int gfp) {
    int slot = slotOf(gfp);
    if (counts[slot] == 0) {
      masks[slot] = gfp;
      if (2 * ++used > masks.length) {
        counts[slot] = 1;
        grow();
        return;
      }
    }
    counts[slot]++;
  }

  /** Where a mask is, or the free place that it would get. */
  private int slotOf(int gfp) {
    int last = masks.length - 1;
    int slot = (gfp * SPREAD) >>> 16 & last;
    while (counts[slot] != 0 && masks[slot] != gfp) {
      slot = (slot + 1) & last;
    }
    return slot;
  }

  private void grow() {
    int[] oldMasks = masks;
    long[] oldCounts = counts;
    masks = new int[2 * oldMasks.length];
    counts = new long[2 * oldMasks.length];
    for (int i = 0; i < oldMasks.length; i++) {
      if (oldCounts[i] != 0) {
        int slot = slotOf(oldMasks[i]);
        masks[slot] = oldMasks[i];
        counts[slot] = oldCounts[i];
      }
    }
  }

  /** The counts by mask, ascending. */
  Map<Integer, Long> toMap() {
    Map<Integer, Long> map = new TreeMap<>();
    for (int i = 0; i < masks.length; i++) {
      if (counts[i] != 0) {
        map.put(masks[i], counts[i]);
      }
    }
    return map;
  }
}
