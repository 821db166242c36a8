package dev.quarry.explain;

import dev.quarry.explain.log.BlockCount;
import dev.quarry.explain.log.LoggedRequest;
import dev.quarry.explain.log.MemoryReport;
import dev.quarry.explain.log.ZoneDump;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.UnaryOperator;

/** Reports with one thing changed, as the log of the changed machine would have it. */
final class Edited {
  private Edited() {}

  static MemoryReport zones(MemoryReport report, UnaryOperator<ZoneDump> change) {
    return ReportText.report(
        report.kind(),
        report.kernel(),
        report.release(),
        report.request(),
        report.pageKb(),
        report.pages(),
        report.zones().stream().map(change).toList(),
        report.oom());
  }

  static MemoryReport request(MemoryReport report, int order, String names) {
    LoggedRequest was = report.request();
    return ReportText.report(
        report.kind(),
        report.kernel(),
        report.release(),
        ReportText.request(order, 0, names, was.nodemask(), was.memsAllowed()),
        report.pageKb(),
        report.pages(),
        report.zones(),
        report.oom());
  }

  static ZoneDump counters(ZoneDump zone, Map<String, Long> kb) {
    Map<String, Long> all = new LinkedHashMap<>(zone.kilobytes());
    all.putAll(kb);
    return new ZoneDump(
        zone.node(), zone.name(), zone.place(), all, null, zone.lowmemReserve(), zone.blocks());
  }

  static ZoneDump reserve(ZoneDump zone, long[] pages) {
    return new ZoneDump(
        zone.node(), zone.name(), zone.place(), zone.kilobytes(), null, pages, zone.blocks());
  }

  /** The log is cut off before the zone's free blocks. */
  static ZoneDump withoutBlocks(ZoneDump zone) {
    return new ZoneDump(
        zone.node(), zone.name(), zone.place(), zone.kilobytes(), null, zone.lowmemReserve(), null);
  }

  static ZoneDump blocks(ZoneDump zone, UnaryOperator<BlockCount> change) {
    List<BlockCount> blocks = zone.blocks().stream().map(change).toList();
    return new ZoneDump(
        zone.node(),
        zone.name(),
        zone.place(),
        zone.kilobytes(),
        null,
        zone.lowmemReserve(),
        blocks);
  }

  /** One more movable block of an order. */
  static BlockCount oneMore(BlockCount block) {
    return new BlockCount(block.order(), block.count() + 1, block.types() + "M");
  }

  /** The blocks of a type become movable. */
  static BlockCount movable(BlockCount block, String letter) {
    return new BlockCount(block.order(), block.count(), block.types().replace(letter, "M"));
  }
}
