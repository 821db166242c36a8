package dev.quarry.bench.report;

import java.util.Locale;

/** Numbers as the tables show them: with as many places as a reader can use. */
final class Numbers {
  private Numbers() {}

  static String shown(double value) {
    double size = Math.abs(value);
    if (size >= 1000) {
      return String.format(Locale.ROOT, "%,.0f", value);
    }
    if (size >= 10) {
      return String.format(Locale.ROOT, size == Math.rint(size) ? "%.0f" : "%.1f", value);
    }
    return String.format(Locale.ROOT, size == Math.rint(size) ? "%.0f" : "%.2f", value);
  }

  /** A ratio: two places, three where it is small. */
  static String ratio(double value) {
    if (!Double.isFinite(value)) {
      // Of nothing there is no multiple.
      return "-";
    }
    return String.format(Locale.ROOT, value < 0.1 ? "%.3f" : "%.2f", value);
  }
}
