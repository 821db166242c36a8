package dev.quarry.virtual.tlb;

import java.util.Arrays;

/**
 * A set-associative array of keys with a value each. Nothing here knows what a page is.
 *
 * <pre>
 *   set   way 0   way 1   way 2   way 3      recency, LRU up to 16 ways: a long of nibbles,
 *    0    [key]   [key]   [key]   [key]        the way used last in the lowest
 *    1    [key]   [key]   [key]   [key]      recency, LRU above: a stamp for each entry
 *    .                                       recency, TREE: a bit for each inner node
 * </pre>
 */
final class TlbArray {
  /** What an empty place holds; no page has this key. */
  static final long EMPTY = -1;

  /** What {@link #find} returns for a miss. */
  static final int MISS = -1;

  /** Up to so many ways the order of use fits into a long. */
  private static final int PACKED_WAYS = 16;

  private static final int FOUR = 4;
  private static final int NIBBLE = 4;
  private static final long ONES = 0x1111_1111_1111_1111L;
  private static final long HIGHS = 0x8888_8888_8888_8888L;
  private static final long IDENTITY = 0xFEDC_BA98_7654_3210L;

  private final int ways;
  private final int setMask;
  private final long[] keys;
  private final long[] values;
  private final boolean tree;
  private final boolean packed;
  private final boolean byFours;
  private final int lastShift;
  private final long orderMask;

  /** For each set: the order of use, or the tree's bits. */
  private final long[] orders;

  /** For each entry, where ways are too many for a long; else empty. */
  private final long[] stamps;

  private long clock;

  TlbArray(int entries, int ways, Replacement replacement) {
    this.ways = ways;
    this.setMask = entries / ways - 1;
    this.keys = new long[entries];
    this.values = new long[entries];
    this.byFours = ways % FOUR == 0;
    this.tree = replacement == Replacement.TREE;
    this.packed = !tree && ways <= PACKED_WAYS;
    this.lastShift = NIBBLE * (ways - 1);
    this.orderMask = ways >= PACKED_WAYS ? -1L : (1L << (NIBBLE * ways)) - 1;
    this.orders = new long[setMask + 1];
    this.stamps = new long[tree || packed ? 0 : entries];
    Arrays.fill(keys, EMPTY);
    if (packed) {
      Arrays.fill(orders, IDENTITY & orderMask);
    }
  }

  /** Looks for a key in the set that {@code page} chooses, and marks it used; its place. */
  int find(long key, long page) {
    int set = (int) page & setMask;
    int first = set * ways;
    int at = byFours ? fours(key, first) : place(key, first);
    if (at != MISS) {
      touch(set, at - first);
    }
    return at;
  }

  /** Four at a time: most sets have no more, and a loop of four steps costs more than they do. */
  private int fours(long key, int first) {
    long[] all = keys;
    int at = first;
    do {
      if (all[at] == key) {
        return at;
      }
      if (all[at + 1] == key) {
        return at + 1;
      }
      if (all[at + 2] == key) {
        return at + 2;
      }
      if (all[at + 3] == key) {
        return at + 3;
      }
      at += FOUR;
    } while (at != first + ways);
    return MISS;
  }

  private int place(long key, int first) {
    for (int at = first; at < first + ways; at++) {
      if (keys[at] == key) {
        return at;
      }
    }
    return MISS;
  }

  /** The same, and nothing is marked. */
  int peek(long key, long page) {
    return place(key, ((int) page & setMask) * ways);
  }

  long value(int at) {
    return values[at];
  }

  /** Puts in a key that is not there, in the place of the one that has to go. */
  void insert(long key, long page, long value) {
    int set = (int) page & setMask;
    int way = packed ? (int) (orders[set] >>> lastShift) & 0xF : victim(set);
    int at = set * ways + way;
    keys[at] = key;
    values[at] = value;
    if (packed) {
      orders[set] = (orders[set] << NIBBLE | way) & orderMask;
    } else {
      touch(set, way);
    }
  }

  /** Takes a key out; it is the first to be replaced. */
  boolean remove(long key, long page) {
    int at = peek(key, page);
    if (at == MISS) {
      return false;
    }
    clear(at);
    return true;
  }

  private void clear(int at) {
    keys[at] = EMPTY;
    int set = at / ways;
    int way = at - set * ways;
    if (packed) {
      long order = orders[set];
      int shift = NIBBLE * position(order, way);
      long below = order & (1L << shift) - 1;
      long above = shift == lastShift ? 0 : order >>> (shift + NIBBLE) << shift;
      orders[set] = below | above | (long) way << lastShift;
    } else if (tree) {
      point(set, way, true);
    } else {
      stamps[at] = 0;
    }
  }

  private void touch(int set, int way) {
    if (packed) {
      long order = orders[set];
      if ((order & 0xF) != way) {
        int shift = NIBBLE * position(order, way);
        long below = order & (1L << shift) - 1;
        long above = shift == lastShift ? 0 : order >>> (shift + NIBBLE) << (shift + NIBBLE);
        orders[set] = above | below << NIBBLE | way;
      }
    } else if (tree) {
      point(set, way, false);
    } else {
      stamps[set * ways + way] = ++clock;
    }
  }

  /** Where in the order a way is: the lowest nibble that equals it. */
  private static int position(long order, int way) {
    long different = order ^ ONES * way;
    long zero = (different - ONES) & ~different & HIGHS;
    return Long.numberOfTrailingZeros(zero) >>> 2;
  }

  private int victim(int set) {
    if (tree) {
      long bits = orders[set];
      int node = 1;
      while (node < ways) {
        node = 2 * node + (int) (bits >>> node & 1);
      }
      return node - ways;
    }
    int oldest = 0;
    for (int way = 1; way < ways; way++) {
      if (stamps[set * ways + way] < stamps[set * ways + oldest]) {
        oldest = way;
      }
    }
    return oldest;
  }

  /** Makes the bits on the way to a leaf point at it, or away from it. */
  private void point(int set, int way, boolean at) {
    long bits = orders[set];
    for (int node = way + ways; node > 1; node >>= 1) {
      boolean right = (node & 1) != 0;
      long bit = 1L << (node >> 1);
      bits = right == at ? bits | bit : bits & ~bit;
    }
    orders[set] = bits;
  }

  /** Which entries are meant. */
  @FunctionalInterface
  interface KeyTest {
    boolean test(long key);
  }

  /** Takes out all keys that are meant; how many. */
  int removeIf(KeyTest test) {
    int removed = 0;
    for (int at = 0; at < keys.length; at++) {
      if (keys[at] != EMPTY && test.test(keys[at])) {
        clear(at);
        removed++;
      }
    }
    return removed;
  }

  /** Receives an entry: where it is, its key and its value. */
  @FunctionalInterface
  interface Visitor {
    void entry(int set, int way, long key, long value);
  }

  void forEach(Visitor visitor) {
    for (int at = 0; at < keys.length; at++) {
      if (keys[at] != EMPTY) {
        visitor.entry(at / ways, at % ways, keys[at], values[at]);
      }
    }
  }
}
