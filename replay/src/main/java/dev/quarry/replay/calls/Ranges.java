package dev.quarry.replay.calls;

import java.util.Map;
import java.util.TreeMap;

/** A set of addresses, as ranges that do not touch. */
final class Ranges {
  private final TreeMap<Long, Long> ends = new TreeMap<>();

  void add(long from, long to) {
    if (Long.compareUnsigned(from, to) >= 0) {
      return;
    }
    long start = from;
    long end = to;
    Map.Entry<Long, Long> below = ends.floorEntry(start);
    if (below != null && below.getValue() >= start) {
      start = below.getKey();
      end = Math.max(end, below.getValue());
    }
    for (Map.Entry<Long, Long> next = ends.ceilingEntry(start);
        next != null && next.getKey() <= end;
        next = ends.ceilingEntry(start)) {
      end = Math.max(end, next.getValue());
      ends.remove(next.getKey());
    }
    ends.put(start, end);
  }

  boolean has(long at) {
    Map.Entry<Long, Long> below = ends.floorEntry(at);
    return below != null && at < below.getValue();
  }
}
