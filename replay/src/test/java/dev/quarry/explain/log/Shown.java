package dev.quarry.explain.log;

import java.io.ByteArrayInputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/** Reports as text to compare: all that they say, without the lines where it stood. */
final class Shown {
  private Shown() {}

  static List<MemoryReport> read(String log) {
    return read(log.getBytes(StandardCharsets.UTF_8));
  }

  static List<MemoryReport> read(byte[] log) {
    List<MemoryReport> reports = new ArrayList<>();
    try (LogReader reader = LogReader.open("test.log", new ByteArrayInputStream(log))) {
      reader.forEachRemaining(reports::add);
    }
    return reports;
  }

  static String of(MemoryReport report) {
    StringBuilder text = new StringBuilder();
    line(text, "kind", report.kind());
    line(text, "kernel", report.kernel() + " as " + report.release());
    line(text, "request", report.request());
    line(text, "page", report.pageKb());
    line(text, "pages", report.pages());
    line(text, "nodes", report.nodes());
    for (ZoneDump zone : report.zones()) {
      line(text, "zone " + zone.node() + " " + zone.name(), zone.kilobytes());
      line(text, "  unreclaimable", zone.allUnreclaimable());
      line(text, "  reserve", Arrays.toString(zone.lowmemReserve()));
      line(text, "  blocks", zone.blocks());
    }
    line(text, "swap", report.freeSwapKb() + " of " + report.totalSwapKb());
    line(text, "slabs", report.slabs());
    OomDump oom = report.oom();
    if (oom != null) {
      line(text, "oom", oom.scoreAdj() + " " + oom.constraint() + " " + oom.memcg());
      line(text, "memcg", oom.memcgLines());
      oom.tasks().forEach(task -> line(text, "task", task));
      oom.victims().forEach(victim -> line(text, "victim", victim));
      line(text, "panic", oom.panicked());
    }
    line(text, "trace", report.callTrace());
    report.problems().forEach(p -> line(text, "problem", p.replaceFirst("^\\S+:\\d+: ", "")));
    return text.toString();
  }

  /** What decides about the request: its kernel, order and mask, and the zones. */
  static String core(MemoryReport report) {
    StringBuilder text = new StringBuilder();
    LoggedRequest request = report.request();
    line(text, "kind", report.kind() + " " + report.kernel() + " " + report.pageKb());
    if (request != null) {
      line(text, "request", request.order() + " " + request.mask() + " " + request.nodemask());
    }
    for (ZoneDump zone : report.zones()) {
      line(text, "zone " + zone.node() + " " + zone.name(), zone.kilobytes());
      line(text, "  reserve", Arrays.toString(zone.lowmemReserve()));
      line(text, "  blocks", zone.blocks());
    }
    return text.toString();
  }

  private static void line(StringBuilder text, String name, Object value) {
    text.append(name).append(": ").append(value).append('\n');
  }
}
