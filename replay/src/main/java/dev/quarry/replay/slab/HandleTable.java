package dev.quarry.replay.slab;

import java.util.Arrays;

/**
 * Which object of ours stands for an object of the recorded kernel, and where it came from. A hash
 * table with open addressing, whose entries lie where their search ends: no entry behind a gap.
 */
final class HandleTable {
  /** No entry. */
  static final int NONE = -1;

  private static final int FIRST_PLACES = 1 << 12;
  private static final long GOLDEN = 0x9e3779b97f4a7c15L;

  private long[] handles = new long[FIRST_PLACES];
  private long[] objects = new long[FIRST_PLACES];

  /** An origin is stored one higher, so that 0 is a free place. */
  private int[] origins = new int[FIRST_PLACES];

  private int shift = Long.SIZE - Integer.numberOfTrailingZeros(FIRST_PLACES);
  private int size;

  /** The place of a handle, until the table is changed; or {@link #NONE}. */
  int find(long handle) {
    int mask = origins.length - 1;
    int at = home(handle);
    while (origins[at] != 0) {
      if (handles[at] == handle) {
        return at;
      }
      at = (at + 1) & mask;
    }
    return NONE;
  }

  private int home(long handle) {
    return (int) ((handle * GOLDEN) >>> shift);
  }

  long object(int place) {
    return objects[place];
  }

  int origin(int place) {
    return origins[place] - 1;
  }

  /** Puts another object at a place that {@link #find} gave. */
  void replace(int place, long object, int origin) {
    objects[place] = object;
    origins[place] = origin + 1;
  }

  /** Adds a handle that is not there. */
  void add(long handle, long object, int origin) {
    if (2 * size >= origins.length) {
      grow();
    }
    insert(handle, object, origin + 1);
    size++;
  }

  private void insert(long handle, long object, int stored) {
    int mask = origins.length - 1;
    int at = home(handle);
    while (origins[at] != 0) {
      at = (at + 1) & mask;
    }
    handles[at] = handle;
    objects[at] = object;
    origins[at] = stored;
  }

  private void grow() {
    long[] oldHandles = handles;
    long[] oldObjects = objects;
    int[] oldOrigins = origins;
    handles = new long[2 * oldHandles.length];
    objects = Arrays.copyOf(handles, handles.length);
    origins = new int[handles.length];
    shift--;
    for (int i = 0; i < oldOrigins.length; i++) {
      if (oldOrigins[i] != 0) {
        insert(oldHandles[i], oldObjects[i], oldOrigins[i]);
      }
    }
  }

  /** Takes out the entry at a place; those behind it move up as far as they may. */
  void remove(int place) {
    int mask = origins.length - 1;
    int gap = place;
    for (int at = (gap + 1) & mask; origins[at] != 0; at = (at + 1) & mask) {
      int distance = (at - home(handles[at])) & mask;
      if (distance >= ((at - gap) & mask)) {
        handles[gap] = handles[at];
        objects[gap] = objects[at];
        origins[gap] = origins[at];
        gap = at;
      }
    }
    origins[gap] = 0;
    size--;
  }

  int size() {
    return size;
  }
}
