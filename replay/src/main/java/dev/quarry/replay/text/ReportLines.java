package dev.quarry.replay.text;

import java.util.Locale;

/** Lines of reports; none ends in blanks. */
public final class ReportLines {
  private ReportLines() {}

  /** Adds a line. */
  public static void line(StringBuilder out, String format, Object... values) {
    out.append(String.format(Locale.ROOT, format, values).stripTrailing()).append('\n');
  }

  /** Adds a number of two replays side by side, and by how much the second has more. */
  public static void versus(StringBuilder out, String what, long first, long second) {
    String change =
        first == 0 ? "-" : String.format(Locale.ROOT, "%+.1f %%", 100.0 * (second - first) / first);
    line(out, "%-26s %,24d %,24d %10s", what, first, second, change);
  }
}
