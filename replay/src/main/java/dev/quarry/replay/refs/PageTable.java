package dev.quarry.replay.refs;

import java.util.Arrays;

/** Numbers pages 0, 1, 2, ... as they come: a hash table of primitives that is never emptied. */
final class PageTable {
  static final int PAGE_SHIFT = 12;

  private static final int FIRST_SLOTS = 1 << 11;
  private static final long NO_PAGE = -1;
  private static final long GOLDEN = 0x9E37_79B9_7F4A_7C15L;

  private long[] keys = new long[FIRST_SLOTS];
  private int[] numbers = new int[FIRST_SLOTS];
  private int shift = Long.SIZE - Integer.numberOfTrailingZeros(FIRST_SLOTS);
  private int size;

  PageTable() {
    Arrays.fill(keys, NO_PAGE);
  }

  int size() {
    return size;
  }

  /** The number of a page, a new one if it has none. */
  int numberOf(long page) {
    int mask = keys.length - 1;
    int slot = (int) ((page * GOLDEN) >>> shift);
    while (keys[slot] != page) {
      if (keys[slot] == NO_PAGE) {
        return add(slot, page);
      }
      slot = (slot + 1) & mask;
    }
    return numbers[slot];
  }

  private int add(int slot, long page) {
    keys[slot] = page;
    numbers[slot] = size;
    if (2 * (size + 1) > keys.length) {
      grow();
    }
    return size++;
  }

  private void grow() {
    long[] oldKeys = keys;
    int[] oldNumbers = numbers;
    keys = new long[2 * oldKeys.length];
    numbers = new int[keys.length];
    Arrays.fill(keys, NO_PAGE);
    shift--;
    for (int i = 0; i < oldKeys.length; i++) {
      if (oldKeys[i] != NO_PAGE) {
        int slot = (int) ((oldKeys[i] * GOLDEN) >>> shift);
        while (keys[slot] != NO_PAGE) {
          slot = (slot + 1) & (keys.length - 1);
        }
        keys[slot] = oldKeys[i];
        numbers[slot] = oldNumbers[i];
      }
    }
  }
}
