package dev.quarry.virtual.tlb;

import java.util.Arrays;

/**
 * A set-associative array of keys with a value each. Nothing here knows what a page is.
 *
 * <pre>
 *   set  |  order  |  key 0 | key 1 | key 2 | key 3  |  value 0 | value 1 | value 2 | value 3  |
 *    0   |  3 1 0 2
 *    1   |              order, LRU up to 16 ways: a nibble for each, the way used last the lowest
 *    .                         LRU above: nothing, there is a stamp for each entry
 *                              TREE: a bit for each inner node
 * </pre>
 *
 * <p>A set lies in one piece, as a lookup wants all of it.
 */
final class TlbArray {
  /** What an empty place holds; no page has this key. */
  static final long EMPTY = -1;

  /** What {@link #peek} returns for a miss. */
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
  private final int setLength;
  private final long[] sets;
  private final boolean tree;
  private final boolean packed;
  private final boolean byFours;
  private final int lastShift;
  private final long orderMask;

  /** For each place of a key, where ways are too many for a long; else empty. */
  private final long[] stamps;

  private long clock;

  TlbArray(int entries, int ways, Replacement replacement) {
    this.ways = ways;
    this.setMask = entries / ways - 1;
    this.setLength = 1 + 2 * ways;
    this.sets = new long[(setMask + 1) * setLength];
    this.byFours = ways % FOUR == 0;
    this.tree = replacement == Replacement.TREE;
    this.packed = !tree && ways <= PACKED_WAYS;
    this.lastShift = NIBBLE * (ways - 1);
    this.orderMask = ways >= PACKED_WAYS ? -1L : (1L << (NIBBLE * ways)) - 1;
    this.stamps = new long[tree || packed ? 0 : sets.length];
    for (int set = 0; set < sets.length; set += setLength) {
      Arrays.fill(sets, set + 1, set + 1 + ways, EMPTY);
      sets[set] = packed ? IDENTITY & orderMask : 0;
    }
  }

  /** Where the set begins that {@code page} chooses. */
  private int set(long page) {
    return ((int) page & setMask) * setLength;
  }

  /**
   * Looks for a key in the set that {@code page} chooses, and marks it used.
   *
   * @return its place; of one that is not there a number below 0, for {@link #insertAt}
   */
  int find(long key, long page) {
    int set = set(page);
    int at = byFours ? fours(key, set + 1) : place(key, set + 1);
    if (at == MISS) {
      return ~set;
    }
    touch(set, at - set - 1);
    return at;
  }

  /** Four at a time: most sets have no more, and a loop of four steps costs more than they do. */
  private int fours(long key, int first) {
    long[] all = sets;
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
      if (ways == FOUR) {
        return MISS;
      }
    } while (at != first + ways);
    return MISS;
  }

  private int place(long key, int first) {
    for (int at = first; at < first + ways; at++) {
      if (sets[at] == key) {
        return at;
      }
    }
    return MISS;
  }

  /** The same, and nothing is marked. */
  int peek(long key, long page) {
    return place(key, set(page) + 1);
  }

  long value(int at) {
    return sets[at + ways];
  }

  /** Puts in a key that is not there, in the place of the one that has to go. */
  void insert(long key, long page, long value) {
    insertAt(~set(page), key, value);
  }

  /** The same for what {@link #find} returned when it was not there. */
  void insertAt(int missed, long key, long value) {
    int set = ~missed;
    if (packed) {
      long[] all = sets;
      long order = all[set];
      int way = (int) (order >>> lastShift) & 0xF;
      all[set] = (order << NIBBLE | way) & orderMask;
      all[set + 1 + way] = key;
      all[set + 1 + way + ways] = value;
    } else {
      int way = victim(set);
      sets[set + 1 + way] = key;
      sets[set + 1 + way + ways] = value;
      touch(set, way);
    }
  }

  /** Takes a key out; it is the first to be replaced. */
  boolean remove(long key, long page) {
    int set = set(page);
    int at = place(key, set + 1);
    if (at == MISS) {
      return false;
    }
    clear(set, at - set - 1);
    return true;
  }

  private void clear(int set, int way) {
    sets[set + 1 + way] = EMPTY;
    if (packed) {
      long order = sets[set];
      int shift = NIBBLE * position(order, way);
      long below = order & (1L << shift) - 1;
      long above = shift == lastShift ? 0 : order >>> (shift + NIBBLE) << shift;
      sets[set] = below | above | (long) way << lastShift;
    } else if (tree) {
      point(set, way, true);
    } else {
      stamps[set + 1 + way] = 0;
    }
  }

  private void touch(int set, int way) {
    if (packed) {
      long order = sets[set];
      if ((order & 0xF) != way) {
        int shift = NIBBLE * position(order, way);
        long below = order & (1L << shift) - 1;
        long above = shift == lastShift ? 0 : order >>> (shift + NIBBLE) << (shift + NIBBLE);
        sets[set] = above | below << NIBBLE | way;
      }
    } else if (tree) {
      point(set, way, false);
    } else {
      stamps[set + 1 + way] = ++clock;
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
      long bits = sets[set];
      int node = 1;
      while (node < ways) {
        node = 2 * node + (int) (bits >>> node & 1);
      }
      return node - ways;
    }
    int first = set + 1;
    int oldest = first;
    for (int at = first + 1; at < first + ways; at++) {
      if (stamps[at] < stamps[oldest]) {
        oldest = at;
      }
    }
    return oldest - first;
  }

  /** Makes the bits on the way to a leaf point at it, or away from it. */
  private void point(int set, int way, boolean at) {
    long bits = sets[set];
    for (int node = way + ways; node > 1; node >>= 1) {
      boolean right = (node & 1) != 0;
      long bit = 1L << (node >> 1);
      bits = right == at ? bits | bit : bits & ~bit;
    }
    sets[set] = bits;
  }

  /** Which entries are meant. */
  @FunctionalInterface
  interface KeyTest {
    boolean test(long key);
  }

  /** Takes out all keys that are meant; how many. */
  int removeIf(KeyTest test) {
    int removed = 0;
    for (int set = 0; set < sets.length; set += setLength) {
      for (int way = 0; way < ways; way++) {
        long key = sets[set + 1 + way];
        if (key != EMPTY && test.test(key)) {
          clear(set, way);
          removed++;
        }
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
    for (int set = 0; set < sets.length; set += setLength) {
      for (int way = 0; way < ways; way++) {
        int at = set + 1 + way;
        if (sets[at] != EMPTY) {
          visitor.entry(set / setLength, way, sets[at], sets[at + ways]);
        }
      }
    }
  }
}
