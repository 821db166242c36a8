package dev.quarry.replay.refs;

import static dev.quarry.replay.text.ReportLines.line;

import dev.quarry.machine.LruSpec;
import java.util.List;

/**
 * Both LRU policies beside the best that there could be: each plays the trace in a machine, with
 * room for three quarters, a half and a quarter of its pages; the optimum and CLOCK get as many
 * frames as the policy had at its most.
 */
public final class PolicyTable {
  private static final List<Integer> QUARTERS = List.of(3, 2, 1);

  private PolicyTable() {}

  /** The table as Markdown; every line ends. */
  public static String of(String name, Optimum trace) {
    StringBuilder out = new StringBuilder();
    line(
        out,
        "%s: %,d pages, %,d touches of another page than before",
        name,
        trace.pages(),
        trace.touches());
    line(out, "");
    line(
        out,
        "| %-8s | %-7s | %6s | %9s | %9s | %9s | %7s | %7s |",
        "room for",
        "policy",
        "memory",
        "misses",
        "optimum",
        "CLOCK",
        "/opt",
        "/CLOCK");
    line(out, "|---|---|--:|--:|--:|--:|--:|--:|");
    for (int quarters : QUARTERS) {
      for (LruSpec.Policy policy : LruSpec.Policy.values()) {
        row(out, trace, quarters, policy);
      }
    }
    return out.toString();
  }

  private static void row(StringBuilder out, Optimum trace, int quarters, LruSpec.Policy policy) {
    PolicyPlayer.Outcome outcome = PolicyPlayer.play(trace, policy, trace.pages() * quarters / 4);
    long optimum = trace.optimum(outcome.memory());
    long clock = trace.clock(outcome.memory());
    line(
        out,
        "| %d/4      | %-7s | %,6d | %,9d | %,9d | %,9d | %7.2f | %7.2f |",
        quarters,
        policy.label(),
        outcome.memory(),
        outcome.misses(),
        optimum,
        clock,
        outcome.misses() / (double) optimum,
        outcome.misses() / (double) clock);
  }
}
