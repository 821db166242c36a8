package dev.quarry.replay.refs;

import static dev.quarry.replay.text.ReportLines.line;

import java.util.List;

/**
 * Both LRU policies beside the best that there could be: each plays the trace in a machine, with
 * room for three quarters, a half and a quarter of its pages; the others get as many frames as the
 * policy had at its most.
 */
public final class PolicyTable {
  private PolicyTable() {}

  /** The table as Markdown; every line ends. */
  public static String of(String name, Optimum trace, List<PolicyRow> rows) {
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
        "| %-8s | %-7s | %6s | %9s | %9s | %9s | %9s | %7s | %7s | %7s |",
        "room for",
        "policy",
        "memory",
        "misses",
        "LRU",
        "optimum",
        "CLOCK",
        "/LRU",
        "/opt",
        "/CLOCK");
    line(out, "|---|---|--:|--:|--:|--:|--:|--:|--:|--:|");
    rows.forEach(row -> row(out, row));
    return out.toString();
  }

  private static void row(StringBuilder out, PolicyRow row) {
    line(
        out,
        "| %d/4      | %-7s | %,6d | %,9d | %,9d | %,9d | %,9d | %7.2f | %7.2f | %7.2f |",
        row.quarters(),
        row.policy().label(),
        row.memory(),
        row.misses(),
        row.lru(),
        row.optimum(),
        row.clock(),
        row.misses() / (double) row.lru(),
        row.misses() / (double) row.optimum(),
        row.misses() / (double) row.clock());
  }
}
