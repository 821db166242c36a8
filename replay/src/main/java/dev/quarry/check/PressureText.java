package dev.quarry.check;

import java.util.List;
import java.util.Locale;
import java.util.Map;

/** A result for a reader. */
public final class PressureText {
  private static final int MOST_VIOLATIONS = 20;
  private static final int MOST_SCRIPT = 60;

  private PressureText() {}

  /** Some lines. */
  public static String of(PressureResult result) {
    StringBuilder out = new StringBuilder();
    out.append(
        String.format(
            Locale.ROOT,
            "%s: %,d steps under pressure with seed %d on %s, all invariants checked %,d times%n",
            result.machine(),
            result.steps(),
            result.options().seed(),
            result.options().threads() == 1
                ? "one thread"
                : result.options().threads() + " threads",
            result.checks()));
    for (Map.Entry<String, Long> count : result.counts().entrySet()) {
      out.append(String.format(Locale.ROOT, "  %,14d %s%n", count.getValue(), count.getKey()));
    }
    if (result.isSound()) {
      return out.append("all contents and invariants hold\n").toString();
    }
    out.append("broken:\n");
    lines(out, result.violations(), MOST_VIOLATIONS);
    if (!result.script().isEmpty()) {
      out.append("a short sequence that shows it:\n");
      lines(out, result.script(), MOST_SCRIPT);
    }
    return out.toString();
  }

  private static void lines(StringBuilder out, List<String> lines, int most) {
    int left = Math.max(0, lines.size() - most);
    if (left > 0) {
      out.append("  (").append(left).append(" before)\n");
    }
    lines.stream().skip(left).forEach(line -> out.append("  ").append(line).append('\n'));
  }
}
