package dev.quarry.replay.pressure;

import static dev.quarry.replay.text.ReportLines.line;

import dev.quarry.replay.text.ReportLines;
import dev.quarry.replay.text.Sparkline;
import java.util.ArrayList;
import java.util.List;
import java.util.function.ToLongFunction;

/** Pressure on memory as text. */
public final class PressureText {
  private static final int CHART_WIDTH = 60;
  private static final int MICRO = 1000;

  /** A line of the report. */
  private record Line(String name, ToLongFunction<PressureSample> value) {}

  private static final List<Line> LINES =
      List.of(
          new Line("major faults", PressureSample::majorFaults),
          new Line("refaults", PressureSample::refaults),
          new Line("pages looked at", PressureSample::scanned),
          new Line("reclaimed", PressureSample::reclaimed),
          new Line("by processes", PressureSample::direct),
          new Line("swapped in", PressureSample::swapIns),
          new Line("swapped out", PressureSample::swapOuts),
          new Line("stalls, us", sample -> sample.stallNanos() / MICRO));

  private PressureText() {}

  /** A table with a chart for each line; every line ends. */
  public static String of(PressureLog log) {
    StringBuilder out = new StringBuilder();
    line(out, "pressure: %s", String.join(", ", texts(log.settings())));
    for (Line line : LINES) {
      Sparkline chart = new Sparkline(CHART_WIDTH);
      log.intervals().forEach(sample -> chart.add(line.value.applyAsLong(sample)));
      long total = line.value.applyAsLong(log.total());
      line(out, "  %-16s %,13d  %s", line.name, total, total == 0 ? "" : chart.draw());
    }
    return out.toString();
  }

  private static List<String> texts(PressureSettings settings) {
    List<String> all = new ArrayList<>(settings.machine());
    all.add("swap of " + (settings.swapBytes() >> 10) + " KiB");
    all.add("a read " + settings.readMicros() + " us, a write " + settings.writeMicros());
    return all;
  }

  /** Two of them, side by side. */
  public static String versus(PressureLog left, PressureLog right) {
    StringBuilder out = new StringBuilder();
    for (Line line : LINES) {
      long first = line.value.applyAsLong(left.total());
      long second = line.value.applyAsLong(right.total());
      ReportLines.versus(out, line.name, first, second);
    }
    return out.toString();
  }
}
