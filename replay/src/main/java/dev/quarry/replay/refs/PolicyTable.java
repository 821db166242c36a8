package dev.quarry.replay.refs;

import static dev.quarry.replay.text.ReportLines.line;

import dev.quarry.machine.LruSpec;
import java.util.ArrayList;
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
    for (Line one : lines(trace)) {
      row(out, one);
    }
    return out.toString();
  }

  /**
   * What one policy did with a memory for so many quarters of the trace's pages.
   *
   * @param policy its label
   * @param memory the most pages that the program had in memory at once
   * @param misses of the policy
   * @param optimum misses of Belady's optimum with as many pages
   * @param clock misses of CLOCK with as many pages
   */
  public record Line(
      int quarters, String policy, int memory, long misses, long optimum, long clock) {}

  /** The table's lines. */
  public static List<Line> lines(Optimum trace) {
    List<Line> lines = new ArrayList<>();
    for (int quarters : QUARTERS) {
      for (LruSpec.Policy policy : LruSpec.Policy.values()) {
        var outcome = PolicyPlayer.play(trace, policy, trace.pages() * quarters / 4);
        int memory = outcome.memory();
        lines.add(
            new Line(
                quarters,
                policy.label(),
                memory,
                outcome.misses(),
                trace.optimum(memory),
                trace.clock(memory)));
      }
    }
    return lines;
  }

  private static void row(StringBuilder out, Line one) {
    line(
        out,
        "| %d/4      | %-7s | %,6d | %,9d | %,9d | %,9d | %7.2f | %7.2f |",
        one.quarters,
        one.policy,
        one.memory,
        one.misses,
        one.optimum,
        one.clock,
        one.misses / (double) one.optimum,
        one.misses / (double) one.clock);
  }
}
