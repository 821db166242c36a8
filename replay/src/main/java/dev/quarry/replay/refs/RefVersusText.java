package dev.quarry.replay.refs;

import dev.quarry.replay.pressure.PressureText;
import dev.quarry.replay.text.ReportLines;
import dev.quarry.virtual.tlb.TlbStats;
import java.util.function.ToLongFunction;

/** The same references with two processors, side by side. */
public final class RefVersusText {
  private static final int NAME_WIDTH = 24;

  private final RefResult left;
  private final RefResult right;
  private final StringBuilder out = new StringBuilder();

  private RefVersusText(RefResult left, RefResult right) {
    this.left = left;
    this.right = right;
  }

  /** The table. */
  public static String of(RefResult left, RefResult right) {
    RefVersusText text = new RefVersusText(left, right);
    text.table();
    return text.out.toString();
  }

  private void line(String format, Object... values) {
    ReportLines.line(out, format, values);
  }

  private void table() {
    line("references %s, %,d of them, played twice", left.name(), left.references());
    line("%-26s %24s %24s %10s", "", name(left), name(right), "change");
    row("page faults", r -> r.faults().total());
    row("KiB in memory", r -> r.residentPages() * 4);
    row("KiB of page tables", r -> r.tableBytes() >> 10);
    for (int level = 1; level <= Math.max(left.tlbLevels(), right.tlbLevels()); level++) {
      int of = level;
      tlb("code hits, level " + level, stats -> stats.hits(TlbStats.FETCH, of));
      tlb("data hits, level " + level, stats -> stats.hits(TlbStats.DATA, of));
    }
    tlb("code misses", stats -> stats.misses(TlbStats.FETCH));
    tlb("data misses", stats -> stats.misses(TlbStats.DATA));
    tlb("walks", TlbStats::walks);
    tlb("entries read by walks", TlbStats::walkReferences);
    out.append(PressureText.versus(left.pressure(), right.pressure()));
    left.problems().forEach(problem -> line("%s", problem));
  }

  /** The settings of a side. */
  public static String name(RefResult result) {
    String name = String.join(",", result.options().settings().texts());
    String shown = name.isEmpty() ? "usual" : name;
    return shown.length() <= NAME_WIDTH ? shown : shown.substring(0, NAME_WIDTH - 1) + "…";
  }

  private void tlb(String what, ToLongFunction<TlbStats> value) {
    row(
        what,
        result -> {
          TlbStats stats = result.tlb();
          return stats == null ? 0 : value.applyAsLong(stats);
        });
  }

  private void row(String what, ToLongFunction<RefResult> value) {
    ReportLines.versus(out, what, value.applyAsLong(left), value.applyAsLong(right));
  }
}
