package dev.quarry.explain.log;

import dev.quarry.explain.log.text.LogLine;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** The lines of one source from the first line of a report until nothing more of it comes. */
final class Window {
  /** More lines than any report has; what follows is dropped. */
  private static final int MOST_LINES = 40_000;

  /** Between two lines of a report at most so many others are kept: one may be the rest of it. */
  private static final int MOST_NOISE = 300;

  private final String source;
  private final @Nullable String kernel;
  private final List<LogLine> lines = new ArrayList<>();
  private final long firstLine;
  private long lastOfReport;
  private int noise;
  private boolean header;
  private boolean vmalloc;
  private boolean dump;
  private boolean zones;
  private @Nullable String remark;

  Window(String source, @Nullable String kernel, List<LogLine> before, LogLine first) {
    this.source = source;
    this.kernel = kernel;
    lines.addAll(before);
    firstLine = before.isEmpty() ? first.number() : before.getFirst().number();
  }

  String source() {
    return source;
  }

  /** The release that an earlier line names; null if none does. */
  @Nullable String kernel() {
    return kernel;
  }

  List<LogLine> lines() {
    return lines;
  }

  long firstLine() {
    return firstLine;
  }

  long lastOfReport() {
    return lastOfReport;
  }

  @Nullable String remark() {
    return remark;
  }

  void add(LogLine line, StatementKind kind) {
    if (kind.isOfReport()) {
      noise = 0;
      lastOfReport = line.number();
    } else if (++noise > MOST_NOISE) {
      return;
    }
    if (lines.size() < MOST_LINES) {
      lines.add(line);
    }
    if (kind == StatementKind.HEADER) {
      header = true;
      vmalloc = HeaderLine.isVmalloc(line.raw());
    } else if (kind == StatementKind.ZONE) {
      zones = true;
    } else if (kind == StatementKind.CPU || kind == StatementKind.TRACE) {
      vmalloc = false;
    }
    dump |= kind.beginsDump() || kind.isOfOom();
  }

  /** Whether another report begins with this line. */
  boolean endsAt(StatementKind kind, String text) {
    if (kind == StatementKind.HEADER) {
      boolean second = vmalloc && !dump && HeaderLine.isPages(text);
      return !second;
    }
    return kind == StatementKind.MEM_INFO && zones;
  }

  /** Says that another report of the same source began before this one's memory was shown. */
  void cutShortAt(long line) {
    if (header && !dump) {
      remark =
          "another report begins in line "
              + line
              + " before the memory of this one: it is cut off, or two CPUs printed at once";
    }
  }
}
