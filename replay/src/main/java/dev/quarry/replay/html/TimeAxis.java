package dev.quarry.replay.html;

import java.util.List;
import java.util.function.IntToLongFunction;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/**
 * The ends of intervals, of which so many are drawn as one that a line has no more points than it
 * needs.
 *
 * @param name of the axis
 * @param isTime whether it counts microseconds; else it counts what it is named after
 */
record TimeAxis(String name, boolean isTime, List<Long> ends) {
  private static final int MOST_POINTS = 600;

  TimeAxis {
    ends = List.copyOf(ends);
  }

  private int together() {
    return Math.max(1, (ends.size() + MOST_POINTS - 1) / MOST_POINTS);
  }

  void put(ObjectNode node) {
    node.put("name", name).put("isTime", isTime);
    levels(node.putArray("ends"), ends.size(), ends::get);
  }

  /** The last value of each group. */
  void levels(ArrayNode data, int size, IntToLongFunction value) {
    int end = Math.min(size, ends.size());
    for (int first = 0; first < end; first += together()) {
      data.add(value.applyAsLong(Math.min(end, first + together()) - 1));
    }
  }

  /** The sum of each group. */
  void counts(ArrayNode data, int size, IntToLongFunction value) {
    int end = Math.min(size, ends.size());
    for (int first = 0; first < end; first += together()) {
      long sum = 0;
      for (int i = first; i < Math.min(end, first + together()); i++) {
        sum += value.applyAsLong(i);
      }
      data.add(sum);
    }
  }
}
