package dev.quarry.replay.html;

import dev.quarry.replay.pressure.PressureLevel;
import dev.quarry.replay.pressure.PressureLog;
import dev.quarry.replay.pressure.PressureSample;
import java.util.List;
import java.util.function.ToLongFunction;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/**
 * Pressure on memory over time, as charts of several lines each: of one replay, or of two that are
 * set side by side. The page's script draws them as they come.
 */
final class PressureData {
  private static final int NANOS_IN_MICRO = 1000;

  /** Marks are drawn dashed: they are limits, not counts. */
  private static final String MARK = "mark";

  private static final String COUNT = "count";

  /**
   * A line over time: counted in each interval, or as it stands at its end.
   *
   * @param title what it is called by itself
   */
  private record Line(
      String name,
      String title,
      String kind,
      ToLongFunction<PressureSample> counted,
      ToLongFunction<PressureLevel> level,
      boolean isLevel) {
    static Line of(String name, String title, ToLongFunction<PressureSample> value) {
      return new Line(name, title, COUNT, value, _ -> 0, false);
    }

    static Line level(String name, String title, ToLongFunction<PressureLevel> value) {
      return new Line(name, title, COUNT, _ -> 0, value, true);
    }

    static Line mark(String name, ToLongFunction<PressureLevel> value) {
      return new Line(name, name, MARK, _ -> 0, value, true);
    }
  }

  /** A picture; side by side, each of its lines gets one of its own. */
  private record Chart(String name, String unit, String caption, List<Line> lines) {}

  private static final List<Chart> CHARTS =
      List.of(
          new Chart(
              "Free memory",
              "pages",
              "Free pages of all zones. Below low kswapd is woken and frees up to high; below min"
                  + " only urgent requests are served.",
              List.of(
                  Line.level("free", "Free memory", PressureLevel::free),
                  Line.mark("high", PressureLevel::high),
                  Line.mark("low", PressureLevel::low),
                  Line.mark("min", PressureLevel::min))),
          new Chart(
              "Resident set and swap",
              "pages",
              "Pages that some process shows in its tables, each once; and slots of swap in use.",
              List.of(
                  Line.level("in memory", "Resident set", PressureLevel::resident),
                  Line.level("in swap", "Swap in use", PressureLevel::swapped))),
          new Chart(
              "Scanned and freed",
              "pages",
              "What reclaim looked at and freed in each interval, and how much of it processes had to"
                  + " do themselves.",
              List.of(
                  Line.of("scanned", "Pages scanned", PressureSample::scanned),
                  Line.of(
                      "scanned directly",
                      "Pages scanned by processes",
                      PressureSample::scannedDirect),
                  Line.of("freed", "Pages freed", PressureSample::reclaimed),
                  Line.of("freed directly", "Pages freed by processes", PressureSample::direct))),
          new Chart(
              "Swapping",
              "pages",
              "Pages read from swap and written to it, in each interval.",
              List.of(
                  Line.of("in", "Swapped in", PressureSample::swapIns),
                  Line.of("out", "Swapped out", PressureSample::swapOuts))),
          new Chart(
              "Refaults",
              "pages",
              "Pages that went and came back, and faults that waited for a read.",
              List.of(
                  Line.of("refaults", "Refaults", PressureSample::refaults),
                  Line.of("major faults", "Major faults", PressureSample::majorFaults))),
          new Chart(
              "Stalls",
              "µs",
              "Virtual time that processes waited for storage, in each interval.",
              List.of(
                  Line.of("waited", "Stalls", sample -> sample.stallNanos() / NANOS_IN_MICRO))));

  private PressureData() {}

  /** A replay's charts and sums. */
  static void put(ObjectNode node, PressureLog log, TimeAxis axis) {
    settings(node.putArray("sides"), log);
    axis.put(node.putObject("axis"));
    ArrayNode charts = node.putArray("charts");
    for (Chart chart : CHARTS) {
      ArrayNode lines = head(charts.addObject(), chart.name, chart).putArray("lines");
      for (Line line : chart.lines) {
        line(lines.addObject(), line.name, 0, line, log, axis);
      }
    }
    ArrayNode sums = node.putArray("sums");
    for (Chart chart : CHARTS) {
      for (Line line : chart.lines) {
        if (!line.isLevel) {
          sum(sums.addObject(), chart.unit, line).add(line.counted.applyAsLong(log.total()));
        }
      }
    }
  }

  /** Two replays, the same quantities of both in each chart. */
  static void versus(ObjectNode node, PressureLog first, PressureLog second, TimeAxis axis) {
    ArrayNode sides = node.putArray("sides");
    settings(sides, first);
    settings(sides, second);
    axis.put(node.putObject("axis"));
    ArrayNode charts = node.putArray("charts");
    ArrayNode sums = node.putArray("sums");
    for (Chart chart : CHARTS) {
      for (Line line : chart.lines) {
        if (line.kind.equals(MARK)) {
          continue;
        }
        ArrayNode lines = head(charts.addObject(), line.title, chart).putArray("lines");
        line(lines.addObject(), "A", 0, line, first, axis);
        line(lines.addObject(), "B", 1, line, second, axis);
        if (!line.isLevel) {
          ArrayNode values = sum(sums.addObject(), chart.unit, line);
          values.add(line.counted.applyAsLong(first.total()));
          values.add(line.counted.applyAsLong(second.total()));
        }
      }
    }
  }

  private static ObjectNode head(ObjectNode node, String name, Chart chart) {
    return node.put("name", name).put("unit", chart.unit).put("caption", chart.caption);
  }

  private static ArrayNode sum(ObjectNode node, String unit, Line line) {
    return node.put("name", line.title).put("unit", unit).putArray("values");
  }

  private static void settings(ArrayNode sides, PressureLog log) {
    ArrayNode words = sides.addArray();
    log.settings().words().forEach(words::add);
  }

  private static void line(
      ObjectNode node, String name, int side, Line line, PressureLog log, TimeAxis axis) {
    node.put("name", name).put("kind", line.kind).put("side", side);
    ArrayNode data = node.putArray("data");
    if (line.isLevel) {
      axis.levels(data, log.levels().size(), i -> line.level.applyAsLong(log.levels().get(i)));
    } else {
      axis.counts(
          data, log.intervals().size(), i -> line.counted.applyAsLong(log.intervals().get(i)));
    }
  }
}
