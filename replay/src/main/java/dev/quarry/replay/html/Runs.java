package dev.quarry.replay.html;

import tools.jackson.databind.node.ArrayNode;

/**
 * Numbers as runs: {@code 7 7 7 0} becomes {@code [7,3, 0,1]}. Most of a machine's pageblocks are
 * like their neighbours, and most zones do not change from one sample to the next.
 */
final class Runs {
  private final ArrayNode out;
  private long value;
  private int times;

  /** Writes runs to an empty array; {@link #end} writes the last one. */
  Runs(ArrayNode out) {
    this.out = out;
  }

  void add(long next) {
    if (times > 0 && next == value) {
      times++;
      return;
    }
    end();
    value = next;
    times = 1;
  }

  void end() {
    if (times > 0) {
      out.add(value).add(times);
    }
    times = 0;
  }
}
