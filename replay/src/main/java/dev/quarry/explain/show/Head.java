package dev.quarry.explain.show;

import dev.quarry.explain.log.LoggedRequest;
import dev.quarry.explain.log.MemoryReport;
import dev.quarry.explain.log.OomDump;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.OptionalInt;
import org.jspecify.annotations.Nullable;

/** What failed, who asked, and where the log says so. */
final class Head {
  private Head() {}

  /** What the kernel reported, in a few words. */
  static String what(MemoryReport report) {
    LoggedRequest request = report.request();
    return switch (report.kind()) {
      case PAGE_ALLOCATION_FAILURE -> "page allocation failure";
      case ALLOCATION_STALL -> "page allocation stalled" + stalled(request);
      case VMALLOC -> "vmalloc failure" + detail(request);
      case OOM -> "oom-killer invoked" + killed(report.oom());
      case SHOW_MEMORY -> "memory shown on request (SysRq-M): no request failed";
      case NO_HEADER -> "memory dump without its first line: the request is not known";
    };
  }

  private static String stalled(@Nullable LoggedRequest request) {
    return request == null || request.stalledMillis().isEmpty()
        ? ""
        : " for " + Words.number(request.stalledMillis().getAsLong()) + " ms";
  }

  private static String detail(@Nullable LoggedRequest request) {
    if (request == null) {
      return "";
    }
    StringBuilder text = new StringBuilder();
    request
        .vmallocBytes()
        .ifPresent(bytes -> text.append(" of ").append(Words.number(bytes)).append(" bytes"));
    if (request.detail() != null) {
      text.append(": ").append(Words.clean(request.detail()));
    }
    return text.toString();
  }

  private static String killed(@Nullable OomDump oom) {
    return oom == null || oom.memcg() == null ? "" : " by a memory group at its limit";
  }

  /** The order with what it is in pages and kB; null where no pages were asked for. */
  static @Nullable String order(MemoryReport report) {
    OptionalInt order = report.request() == null ? OptionalInt.empty() : report.request().order();
    if (order.isEmpty()) {
      return null;
    }
    int n = order.getAsInt();
    if (n < 0) {
      return "order " + n + ": asked for by a user, no pages";
    }
    if (n >= Integer.SIZE) {
      return "order " + n;
    }
    long pages = 1L << n;
    return String.format(
        Locale.ROOT,
        "order %d: %s of %d kB%s",
        n,
        Words.count(pages, "page"),
        report.pageKb(),
        n == 0 ? "" : ", " + Words.size(pages * report.pageKb()) + " in one block");
  }

  /** The lines below the title: name and text, in the order in which they are shown. */
  static Map<String, String> lines(MemoryReport report) {
    Map<String, String> lines = new LinkedHashMap<>();
    put(lines, "request", order(report));
    put(lines, "flags", flags(report));
    List<String> meaning = GfpWords.meaning(report);
    put(lines, "", meaning.isEmpty() ? null : String.join("; ", meaning));
    put(lines, "task", task(report));
    put(lines, "kernel", kernel(report));
    put(lines, "log", place(report));
    return lines;
  }

  private static void put(Map<String, String> lines, String name, @Nullable String text) {
    if (text != null && !text.isEmpty()) {
      lines.put(name, text);
    }
  }

  static @Nullable String flags(MemoryReport report) {
    String hex = GfpWords.hex(report);
    String names = GfpWords.names(report);
    if (hex == null || names == null) {
      return hex == null ? names : hex;
    }
    return names + " (" + hex + ")";
  }

  static @Nullable String task(MemoryReport report) {
    LoggedRequest request = report.request();
    if (request == null) {
      return null;
    }
    List<String> parts = new ArrayList<>();
    if (request.comm() != null) {
      parts.add(Words.clean(request.comm()));
    }
    if (request.pid() != LoggedRequest.NO_PID) {
      parts.add("pid " + request.pid());
    }
    add(parts, "cpuset ", request.cpuset());
    add(parts, "memory of nodes ", request.memsAllowed());
    boolean any = request.nodemask() == null || request.nodemask().equals("(null)");
    add(parts, "nodemask ", any ? null : request.nodemask());
    return String.join(", ", parts);
  }

  private static void add(List<String> parts, String what, @Nullable String value) {
    if (value != null && !value.isEmpty()) {
      parts.add(what + Words.clean(value));
    }
  }

  private static String kernel(MemoryReport report) {
    if (report.kernel() == null) {
      return "not named in the log";
    }
    String rules = report.release() == null ? "" : ", by the rules of Linux " + report.release();
    return Words.clean(report.kernel()) + rules;
  }

  /** {@code FILE:FIRST-LAST}. */
  static String place(MemoryReport report) {
    String first = Words.clean(report.place().toString());
    return report.lastLine() > report.place().line() ? first + "-" + report.lastLine() : first;
  }
}
