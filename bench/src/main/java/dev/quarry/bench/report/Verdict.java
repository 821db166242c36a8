package dev.quarry.bench.report;

import java.util.Comparator;
import java.util.Locale;
import java.util.Optional;

/**
 * Whether a figure that was to be reached was reached.
 *
 * @param what the figure in words
 * @param value what came out; NaN if that cannot be said
 * @param bound what was to be reached
 * @param atMost whether less is better
 */
public record Verdict(String what, double value, double bound, boolean atMost) {
  /** A figure that must not be above a bound. */
  public static Verdict atMost(String what, double value, double bound) {
    return new Verdict(what, value, bound, true);
  }

  /** A figure that must not be below a bound. */
  public static Verdict atLeast(String what, double value, double bound) {
    return new Verdict(what, value, bound, false);
  }

  /** A ratio of medians in one row; unknown where one of the two was not measured. */
  public static Verdict ratio(Row row, String ours, String peer, double bound) {
    double value =
        row.find(ours)
            .flatMap(a -> row.find(peer).map(b -> a.median() / b.median()))
            .orElse(Double.NaN);
    return atMost(row.name() + ": " + ours + " / " + peer, value, bound);
  }

  /** The ratio of ours to the least of all peers in the row; unknown where there is none. */
  public static Verdict toBest(Row row, String ours, double bound) {
    Optional<Measured> best =
        row.measured().stream()
            .filter(m -> !m.subject().ours())
            .min(Comparator.comparingDouble(Measured::median));
    return best.map(peer -> ratio(row, ours, peer.subject().name(), bound))
        .orElse(atMost(row.name() + ": " + ours + " / the best peer", Double.NaN, bound));
  }

  /** Whether it was reached. */
  public boolean met() {
    return atMost ? value <= bound : value >= bound;
  }

  /** One word: met, missed, or not measured. */
  public String word() {
    if (Double.isNaN(value)) {
      return "not measured";
    }
    return met() ? "met" : "missed";
  }

  @Override
  public String toString() {
    String sign = atMost ? "<=" : ">=";
    String shown = Double.isNaN(value) ? "-" : Numbers.shown(value);
    return String.format(
        Locale.ROOT, "%s: %s, to reach %s %s: %s", what, shown, sign, Numbers.shown(bound), word());
  }
}
