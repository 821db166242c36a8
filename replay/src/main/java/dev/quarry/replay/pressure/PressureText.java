package dev.quarry.replay.pressure;

import static dev.quarry.replay.text.ReportLines.line;

import dev.quarry.replay.text.ReportLines;
import dev.quarry.replay.text.Sparkline;
import java.util.List;
import java.util.Locale;
import java.util.function.ToLongFunction;

/** Pressure on memory as text. */
public final class PressureText {
  private static final int CHART_WIDTH = 60;
  private static final int MICRO = 1000;

  /** A count of the report. */
  private record Line(String name, ToLongFunction<PressureSample> value) {}

  /** A height of the report. */
  private record Level(String name, ToLongFunction<PressureLevel> value) {}

  private static final List<Line> LINES =
      List.of(
          new Line("major faults", PressureSample::majorFaults),
          new Line("refaults", PressureSample::refaults),
          new Line("pages looked at", PressureSample::scanned),
          new Line("  by processes", PressureSample::scannedDirect),
          new Line("reclaimed", PressureSample::reclaimed),
          new Line("  by processes", PressureSample::direct),
          new Line("swapped in", PressureSample::swapIns),
          new Line("swapped out", PressureSample::swapOuts),
          new Line("stalls, us", sample -> sample.stallNanos() / MICRO),
          new Line("killed", PressureSample::kills));

  private static final List<Level> LEVELS =
      List.of(
          new Level("pages free", PressureLevel::free),
          new Level("pages in memory", PressureLevel::resident),
          new Level("pages in swap", PressureLevel::swapped));

  private PressureText() {}

  /** A table with a chart for each line; every line ends. */
  public static String of(PressureLog log) {
    StringBuilder out = new StringBuilder();
    line(out, "pressure: %s", String.join(", ", log.settings().words()));
    if (log.total().scanned() == 0 && log.total().majorFaults() == 0) {
      line(out, "  memory was enough: no page was looked at");
      return out.toString();
    }
    for (Line line : LINES) {
      Sparkline chart = sums(log.intervals(), line.value);
      long total = line.value.applyAsLong(log.total());
      line(out, "  %-16s %,13d  %s", line.name, total, total == 0 ? "" : chart.draw());
    }
    for (Level level : LEVELS) {
      Sparkline chart = new Sparkline(CHART_WIDTH);
      log.levels().forEach(sample -> chart.add(level.value.applyAsLong(sample)));
      String range = String.format(Locale.ROOT, "%,d to %,d", chart.least(), chart.most());
      line(out, "  %-16s %13s  %s", level.name, range, chart.draw());
    }
    if (!log.levels().isEmpty()) {
      PressureLevel last = log.levels().getLast();
      line(out, "  marks: min %,d, low %,d, high %,d pages", last.min(), last.low(), last.high());
    }
    return out.toString();
  }

  /** A bar for all intervals that fall into its column, so that none is passed over. */
  private static Sparkline sums(
      List<PressureSample> intervals, ToLongFunction<PressureSample> value) {
    Sparkline chart = new Sparkline(CHART_WIDTH);
    int columns = Math.min(CHART_WIDTH, intervals.size());
    for (int column = 0; column < columns; column++) {
      int from = column * intervals.size() / columns;
      int to = (column + 1) * intervals.size() / columns;
      chart.add(intervals.subList(from, to).stream().mapToLong(value).sum());
    }
    return chart;
  }

  /** Two of them, side by side; nothing if memory was made small for neither. */
  public static String versus(PressureLog left, PressureLog right) {
    StringBuilder out = new StringBuilder();
    if (!left.settings().isSet() && !right.settings().isSet()) {
      return "";
    }
    for (Line line : LINES) {
      long first = line.value.applyAsLong(left.total());
      long second = line.value.applyAsLong(right.total());
      ReportLines.versus(out, line.name, first, second);
    }
    ReportLines.versus(out, "pages in swap, at most", most(left), most(right));
    ReportLines.versus(out, "pages free, at least", least(left), least(right));
    return out.toString();
  }

  private static long most(PressureLog log) {
    return log.levels().stream().mapToLong(PressureLevel::swapped).max().orElse(0);
  }

  private static long least(PressureLog log) {
    return log.levels().stream().mapToLong(PressureLevel::free).min().orElse(0);
  }
}
