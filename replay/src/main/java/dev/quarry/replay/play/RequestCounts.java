package dev.quarry.replay.play;

import dev.quarry.physical.Gfp;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.LongPredicate;

/**
 * How often each GFP mask was asked with, and for which order: a hash table of primitives with open
 * addressing, since it is touched for every request of a replay. Orders and migrate types are added
 * up from it when somebody asks.
 */
final class RequestCounts {
  private static final int SPREAD = 0x9E37_79B9;

  /** Bits of the order in a key, below the mask. */
  private static final int ORDER_BITS = 5;

  private long[] keys = new long[64];
  private long[] counts = new long[64];
  private int used;

  /** An order from 0 to {@link PlayCounters#ORDERS} was asked for. */
  void count(int gfp, int order) {
    long key = (long) gfp << ORDER_BITS | order;
    int slot = slotOf(key);
    if (counts[slot] == 0) {
      keys[slot] = key;
      if (2 * ++used > keys.length) {
        counts[slot] = 1;
        grow();
        return;
      }
    }
    counts[slot]++;
  }

  /** Where a key is, or the free place that it would get. */
  private int slotOf(long key) {
    int last = keys.length - 1;
    int slot = ((int) (key ^ key >>> Integer.SIZE) * SPREAD) >>> 16 & last;
    while (counts[slot] != 0 && keys[slot] != key) {
      slot = (slot + 1) & last;
    }
    return slot;
  }

  private void grow() {
    long[] oldKeys = keys;
    long[] oldCounts = counts;
    keys = new long[2 * oldKeys.length];
    counts = new long[2 * oldKeys.length];
    for (int i = 0; i < oldKeys.length; i++) {
      if (oldCounts[i] != 0) {
        int slot = slotOf(oldKeys[i]);
        keys[slot] = oldKeys[i];
        counts[slot] = oldCounts[i];
      }
    }
  }

  /** Requests with keys of one kind. */
  private long sum(LongPredicate kind) {
    long sum = 0;
    for (int i = 0; i < keys.length; i++) {
      sum += counts[i] != 0 && kind.test(keys[i]) ? counts[i] : 0;
    }
    return sum;
  }

  /** All requests. */
  long all() {
    return sum(_ -> true);
  }

  /** Requests of an order. */
  long ofOrder(int order) {
    return sum(key -> (key & ((1 << ORDER_BITS) - 1)) == order);
  }

  /** Requests of a migrate type. */
  long ofType(int migrateType) {
    return sum(key -> Gfp.migrateType(gfp(key)) == migrateType);
  }

  private static int gfp(long key) {
    return (int) (key >> ORDER_BITS);
  }

  /** The counts by mask, ascending. */
  Map<Integer, Long> byGfp() {
    Map<Integer, Long> map = new TreeMap<>();
    for (int i = 0; i < keys.length; i++) {
      if (counts[i] != 0) {
        map.merge(gfp(keys[i]), counts[i], Long::sum);
      }
    }
    return map;
  }
}
