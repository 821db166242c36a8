package dev.quarry.explain.oom;

import dev.quarry.explain.log.LoggedRequest;
import dev.quarry.explain.log.MemoryReport;
import dev.quarry.explain.log.OomDump;
import dev.quarry.explain.verdict.OomStory;
import dev.quarry.explain.verdict.Words;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.StringJoiner;
import org.jspecify.annotations.Nullable;

/** Tells an OOM report's story. */
public final class Story {
  private Story() {}

  /** The story of a report; empty if it is no OOM report. */
  public static Optional<OomStory> of(MemoryReport report) {
    OomDump oom = report.oom();
    if (oom == null) {
      return Optional.empty();
    }
    Totals totals = new Totals(report);
    return Optional.of(
        new OomStory(
            constraint(report, oom),
            new Holders(report, totals).list(),
            List.copyOf(new Choice(report, oom, totals).sentences()),
            swap(report)));
  }

  private static String constraint(MemoryReport report, OomDump oom) {
    String name = oom.constraint() == null ? "" : oom.constraint().toUpperCase(Locale.ROOT);
    if (oom.memcg() != null || name.contains("MEMCG")) {
      return group(oom);
    }
    LoggedRequest request = report.request();
    if (name.contains("CPUSET")) {
      String nodes = request == null ? null : request.memsAllowed();
      return "The nodes of a cpuset were out of memory"
          + (nodes == null ? "." : ": " + nodes + ".");
    }
    if (name.contains("MEMORY_POLICY")) {
      String nodes = request == null ? null : request.nodemask();
      return "The nodes of a memory policy were out of memory"
          + (nodes == null ? "." : ": " + nodes + ".");
    }
    boolean forced =
        request != null && request.order().isPresent() && request.order().getAsInt() < 0;
    if (forced) {
      return "Somebody asked for the kill (SysRq-f).";
    }
    return oom.constraint() == null
        ? "The log does not name a constraint: the whole machine was out of memory."
        : "The whole machine was out of memory.";
  }

  private static String group(OomDump oom) {
    String group = oom.memcg() == null ? "" : " " + oom.memcg();
    StringJoiner lines = new StringJoiner(", ");
    for (Map.Entry<String, Long> line : oom.memcgLines().entrySet()) {
      if (lines.length() < 200) {
        lines.add(line.getKey() + " " + Words.size(line.getValue()));
      }
    }
    String figures = lines.length() == 0 ? "" : ": " + lines;
    return "The memory group" + group + " was at its limit, not the machine" + figures + ".";
  }

  private static @Nullable String swap(MemoryReport report) {
    if (report.totalSwapKb().isEmpty()) {
      return null;
    }
    long total = report.totalSwapKb().getAsLong();
    if (total <= 0) {
      return "There is no swap: anonymous memory could not leave.";
    }
    if (report.freeSwapKb().isEmpty()) {
      return "There is swap of " + Words.size(total) + ".";
    }
    long free = Math.max(0, report.freeSwapKb().getAsLong());
    String of = Words.size(free) + " of " + Words.size(total) + " swap are free";
    return !new Totals(report).hasFreeSwap()
        ? "Swap is full: " + of + "."
        : of + ": anonymous memory could still have been swapped out.";
  }
}
