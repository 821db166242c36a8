package dev.quarry.explain.oom;

import dev.quarry.explain.log.MemoryReport;
import dev.quarry.explain.log.ZoneDump;
import java.util.OptionalLong;

/** Sizes of the machine that a report tells, in pages. */
final class Totals {
  private final MemoryReport report;

  Totals(MemoryReport report) {
    this.report = report;
  }

  private long pageKb() {
    return Math.max(1, report.pageKb());
  }

  /** Pages that the allocator was given: {@code totalram_pages}; 0 if the log does not tell. */
  long managed() {
    OptionalLong ram = report.counter("pages RAM");
    OptionalLong reserved = report.counter("pages reserved");
    if (ram.isPresent() && reserved.isPresent() && ram.getAsLong() > reserved.getAsLong()) {
      return ram.getAsLong() - reserved.getAsLong();
    }
    long pages = 0;
    for (ZoneDump zone : report.zones()) {
      pages += Math.max(0, zone.has("managed") ? zone.kb("managed") : zone.kb("present"));
    }
    return pages / pageKb();
  }

  long pages(long kb) {
    return kb / pageKb();
  }

  /** Whether anonymous memory could have been written out: less than a hundredth free is full. */
  boolean hasFreeSwap() {
    long total = report.totalSwapKb().orElse(0);
    return total > 0 && report.freeSwapKb().orElse(0) >= Math.max(1, total / 100);
  }

  /** Swap in pages; 0 if there is none or the log does not tell. */
  long swap() {
    return Math.max(0, report.totalSwapKb().orElse(0)) / pageKb();
  }

  /** A counter of the machine, else the sum over nodes, else over zones; 0 if it is nowhere. */
  long counter(String name) {
    OptionalLong machine = report.counter(name);
    if (machine.isPresent()) {
      return Math.max(0, machine.getAsLong());
    }
    long kb = report.nodes().values().stream().mapToLong(n -> n.getOrDefault(name, 0L)).sum();
    if (kb == 0) {
      kb = report.zones().stream().mapToLong(zone -> zone.kb(name)).sum();
    }
    return Math.max(0, kb) / pageKb();
  }
}
