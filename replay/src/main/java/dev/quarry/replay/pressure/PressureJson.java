package dev.quarry.replay.pressure;

import java.util.function.ToLongFunction;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/** Pressure on memory as JSON: sums, and each interval's share. */
public final class PressureJson {
  private PressureJson() {}

  /** Fills an object. */
  public static void fill(ObjectNode node, PressureLog log) {
    ArrayNode settings = node.putArray("settings");
    log.settings().machine().forEach(settings::add);
    node.put("swap_bytes", log.settings().swapBytes());
    node.put("storage_read_us", log.settings().readMicros());
    node.put("storage_write_us", log.settings().writeMicros());
    series(node, log, "major_faults", PressureSample::majorFaults);
    series(node, log, "refaults", PressureSample::refaults);
    series(node, log, "scanned", PressureSample::scanned);
    series(node, log, "scanned_directly", PressureSample::scannedDirect);
    series(node, log, "reclaimed", PressureSample::reclaimed);
    series(node, log, "reclaimed_directly", PressureSample::direct);
    series(node, log, "swapped_in", PressureSample::swapIns);
    series(node, log, "swapped_out", PressureSample::swapOuts);
    series(node, log, "killed", PressureSample::kills);
    series(node, log, "stall_ns", PressureSample::stallNanos);
    ObjectNode levels = node.putObject("pages_at_ends_of_intervals");
    level(levels, log, "free", PressureLevel::free);
    level(levels, log, "min_mark", PressureLevel::min);
    level(levels, log, "low_mark", PressureLevel::low);
    level(levels, log, "high_mark", PressureLevel::high);
    level(levels, log, "resident", PressureLevel::resident);
    level(levels, log, "swapped", PressureLevel::swapped);
  }

  private static void level(
      ObjectNode node, PressureLog log, String name, ToLongFunction<PressureLevel> value) {
    ArrayNode over = node.putArray(name);
    log.levels().forEach(level -> over.add(value.applyAsLong(level)));
  }

  private static void series(
      ObjectNode node, PressureLog log, String name, ToLongFunction<PressureSample> value) {
    ObjectNode of = node.putObject(name);
    of.put("total", value.applyAsLong(log.total()));
    ArrayNode over = of.putArray("by_interval");
    log.intervals().forEach(sample -> over.add(value.applyAsLong(sample)));
  }
}
