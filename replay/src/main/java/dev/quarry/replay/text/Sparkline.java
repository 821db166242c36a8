package dev.quarry.replay.text;

import java.util.ArrayList;
import java.util.List;

/** A row of small bars, as high as its numbers lie between the least and the greatest. */
public final class Sparkline {
  private static final String BARS = "▁▂▃▄▅▆▇█";

  private final int width;
  private final List<Long> values = new ArrayList<>();

  /** A row of at most so many bars. */
  public Sparkline(int width) {
    this.width = width;
  }

  /** Adds a number behind the others. */
  public void add(long value) {
    values.add(value);
  }

  /** The least number; 0 without any. */
  public long least() {
    return values.stream().mapToLong(Long::longValue).min().orElse(0);
  }

  /** The greatest number; 0 without any. */
  public long most() {
    return values.stream().mapToLong(Long::longValue).max().orElse(0);
  }

  /** The row. */
  public String draw() {
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
