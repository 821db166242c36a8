package dev.quarry.replay.slab;

import java.util.ArrayList;
import java.util.List;
import java.util.NavigableMap;
import java.util.TreeMap;
import java.util.TreeSet;

/**
 * A heap of blocks of any size, each in the first hole that holds it; where none does, the heap
 * grows. What a list of free areas does that the course begins with; its waste is external.
 *
 * <pre>
 *   0                                      top
 *   │ block │ hole │ block │ block │ hole │
 * </pre>
 *
 * <p>Holes are also kept by the power of two below their size, so that the first one that fits is
 * found without a walk over all: every hole of a larger class does.
 */
final class FirstFit {
  private static final int CLASSES = Long.SIZE;

  private final NavigableMap<Long, Long> holes = new TreeMap<>();
  private final List<TreeSet<Long>> byClass = new ArrayList<>();
  private long top;

  FirstFit() {
    for (int i = 0; i < CLASSES; i++) {
      byClass.add(new TreeSet<>());
    }
  }

  /** Allocates from 1 byte on; gives the address. */
  long allocate(long bytes) {
    long hole = firstHole(bytes);
    if (hole < 0) {
      long address = top;
      top += bytes;
      return address;
    }
    long length = holes.getOrDefault(hole, 0L);
    removeHole(hole, length);
    if (length > bytes) {
      addHole(hole + bytes, length - bytes);
    }
    return hole;
  }

  /** The lowest hole that fits; -1 if there is none. */
  private long firstHole(long bytes) {
    int own = classOf(bytes);
    long first = Long.MAX_VALUE;
    for (int larger = own + 1; larger < CLASSES; larger++) {
      if (!byClass.get(larger).isEmpty()) {
        first = Math.min(first, byClass.get(larger).first());
      }
    }
    for (long hole : byClass.get(own)) {
      if (hole > first) {
        break;
      }
      if (holes.getOrDefault(hole, 0L) >= bytes) {
        return hole;
      }
    }
    return first == Long.MAX_VALUE ? -1 : first;
  }

  private static int classOf(long bytes) {
    return Long.SIZE - 1 - Long.numberOfLeadingZeros(bytes);
  }

  private void addHole(long address, long length) {
    holes.put(address, length);
    byClass.get(classOf(length)).add(address);
  }

  private void removeHole(long address, long length) {
    holes.remove(address);
    byClass.get(classOf(length)).remove(address);
  }

  /** Frees a block; holes beside it become one with it, and one at the top is given back. */
  void free(long address, long bytes) {
    long start = address;
    long end = address + bytes;
    var below = holes.lowerEntry(address);
    if (below != null && below.getKey() + below.getValue() == address) {
      start = below.getKey();
      removeHole(start, below.getValue());
    }
    Long above = holes.get(end);
    if (above != null) {
      removeHole(end, above);
      end += above;
    }
    if (end == top) {
      top = start;
    } else {
      addHole(start, end - start);
    }
  }

  /** Bytes that the heap holds, blocks and holes. */
  long held() {
    return top;
  }
}
