package dev.quarry.explain;

import dev.quarry.explain.log.BlockCount;
import dev.quarry.explain.log.LoggedRequest;
import dev.quarry.explain.log.MemoryReport;
import dev.quarry.explain.log.OomDump;
import dev.quarry.explain.log.ReportKind;
import dev.quarry.explain.log.ZoneDump;
import dev.quarry.machine.KernelRelease;
import dev.quarry.replay.read.Place;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;
import java.util.OptionalLong;

/**
 * Reports written down by hand, a line for each thing:
 *
 * <pre>
 *   report ID KERNEL KIND
 *   request ORDER MASK NAMES NODEMASK MEMS_ALLOWED      each "-" where not printed
 *   zone NODE NAME COUNTER=KB...
 *   reserve PAGES...
 *   blocks COUNT:LETTERS...                             by order
 *   counter NAME PAGES
 *   expect ...                                          for the test, not part of the report
 * </pre>
 */
final class ReportText {
  private static final String NOT_PRINTED = "-";

  private final String id;
  private final String kernel;
  private final ReportKind kind;
  private LoggedRequest request;
  private final List<ZoneDump> zones = new ArrayList<>();
  private final Map<String, Long> counters = new LinkedHashMap<>();
  OomDump oom;

  private ReportText(String[] words) {
    this.id = words[1];
    this.kernel = words[2];
    this.kind =
        Arrays.stream(ReportKind.values())
            .filter(one -> one.label().equals(words[3]))
            .findFirst()
            .orElseThrow();
  }

  /** All reports of a text by their ids. */
  static Map<String, MemoryReport> readAll(String text) {
    Map<String, MemoryReport> reports = new LinkedHashMap<>();
    ReportText current = null;
    for (String line : text.lines().toList()) {
      if (line.startsWith("report ")) {
        current = new ReportText(line.split(" "));
      } else if (current != null && line.isBlank()) {
        reports.put(current.id, current.report());
        current = null;
      } else if (current != null) {
        current.line(line.split(" "));
      }
    }
    if (current != null) {
      reports.put(current.id, current.report());
    }
    return reports;
  }

  /** The one report of a text. */
  static MemoryReport read(String text) {
    return readAll(text).values().iterator().next();
  }

  private void line(String[] words) {
    switch (words[0]) {
      case "request" -> request = request(words);
      case "zone" -> zones.add(zone(words));
      case "reserve" -> {
        long[] pages = Arrays.stream(words).skip(1).mapToLong(Long::parseLong).toArray();
        ZoneDump zone = zones.removeLast();
        zones.add(with(zone, pages, zone.blocks()));
      }
      case "blocks" -> {
        ZoneDump zone = zones.removeLast();
        zones.add(with(zone, zone.lowmemReserve(), blocks(words)));
      }
      case "expect" -> {
        // read by the test
      }
      case "counter" -> counters.put(words[1], Long.parseLong(words[2]));
      default -> throw new IllegalArgumentException(String.join(" ", words));
    }
  }

  private static LoggedRequest request(String[] words) {
    return request(
        Integer.parseInt(words[1]),
        Long.parseLong(words[2].substring(2), 16),
        printed(words[3]),
        printed(words[4]),
        printed(words[5]));
  }

  static LoggedRequest request(int order, long mask, String names, String nodemask, String mems) {
    return new LoggedRequest(
        OptionalInt.of(order),
        OptionalLong.of(mask),
        names,
        nodemask,
        null,
        mems,
        "worker",
        4711,
        OptionalLong.empty(),
        OptionalLong.empty(),
        null);
  }

  private static String printed(String word) {
    return word.equals(NOT_PRINTED) ? null : word;
  }

  private static ZoneDump zone(String[] words) {
    Map<String, Long> kilobytes = new LinkedHashMap<>();
    for (int i = 3; i < words.length; i++) {
      int equals = words[i].indexOf('=');
      kilobytes.put(words[i].substring(0, equals), Long.parseLong(words[i].substring(equals + 1)));
    }
    return new ZoneDump(
        Integer.parseInt(words[1]), words[2], Place.of("test"), kilobytes, null, null, null);
  }

  private static ZoneDump with(ZoneDump zone, long[] reserve, List<BlockCount> blocks) {
    return new ZoneDump(
        zone.node(), zone.name(), zone.place(), zone.kilobytes(), null, reserve, blocks);
  }

  private static List<BlockCount> blocks(String[] words) {
    List<BlockCount> blocks = new ArrayList<>();
    for (int order = 0; order < words.length - 1; order++) {
      String[] parts = words[order + 1].split(":");
      String letters = parts[1].equals(NOT_PRINTED) ? "" : parts[1];
      blocks.add(new BlockCount(order, Long.parseLong(parts[0]), letters));
    }
    return blocks;
  }

  MemoryReport report() {
    return report(kind, kernel, release(kernel), request, 4, counters, zones, oom);
  }

  /** {@code -next} counts as the release that it was to become. */
  private static KernelRelease release(String kernel) {
    KernelRelease named = KernelRelease.parse(kernel);
    return kernel.contains("-next-") ? new KernelRelease(named.major(), named.minor() + 1) : named;
  }

  static MemoryReport report(
      ReportKind kind,
      String kernel,
      KernelRelease release,
      LoggedRequest request,
      int pageKb,
      Map<String, Long> counters,
      List<ZoneDump> zones,
      OomDump oom) {
    return new MemoryReport(
        kind,
        Place.of("test"),
        1,
        kernel,
        release,
        request,
        pageKb,
        counters,
        Map.of(),
        zones,
        OptionalLong.empty(),
        OptionalLong.empty(),
        Map.of(),
        oom,
        List.of(),
        List.of());
  }
}
