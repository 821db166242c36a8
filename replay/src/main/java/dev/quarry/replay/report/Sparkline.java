package dev.quarry.replay.report;

import java.util.ArrayList;
import java.util.List;

/** A row of small bars, as high as its numbers lie between the least and the greatest. */
final class Sparkline {
  private static final String BARS = "▁▂▃▄▅▆▇█";

  private final int width;
  private final List<Long> values = new ArrayList<>();

  Sparkline(int width) {
    this.width = width;
  }

  void add(long value) {
    values.add(value);
  }

  long least() {
    return values.stream().mapToLong(Long::longValue).min().orElse(0);
  }

  long most() {
    return values.stream().mapToLong(Long::longValue).max().orElse(0);
  }

  String draw() {
    long least = least();
    long range = Math.max(1, most() - least);
    int columns = Math.min(width, values.size());
    StringBuilder out = new StringBuilder();
    for (int column = 0; column < columns; column++) {
      long value = values.get((int) ((long) column * values.size() / columns));
      out.append(BARS.charAt((int) ((value - least) * (BARS.length() - 1) / range)));
    }
    return out.toString();
  }
}
