package dev.quarry.explain.log;

import dev.quarry.explain.log.text.LogLine;
import dev.quarry.explain.log.text.RawLines;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Deque;
import java.util.HashMap;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Separates the reports of a log: a window for each source that is in the middle of one.
 *
 * <pre>
 *   [T11] worker: page allocation failure   opens T11
 *   [T12] other invoked oom-killer          opens T12
 *   [T11] Mem-Info:                         to T11
 *   active_anon:1 inactive_anon:2           no prefix: to the source of the line before
 * </pre>
 */
final class Windows {
  private static final int MOST_OPEN = 64;
  private static final int MOST_HOSTS = 1024;

  /** A report whose lines are further apart is over. */
  private static final int LONGEST_PAUSE = 1000;

  private static final String LINUX_VERSION = "Linux version ";

  private final Map<String, Window> open = new LinkedHashMap<>();
  private final List<Window> closed = new ArrayList<>();
  private final Map<String, String> kernels = new HashMap<>();
  private final Deque<LogLine> recent = new ArrayDeque<>();
  private String source = "";

  /** The host and the source of the last line that named its caller. */
  private String lastHost = "";

  private String lastCaller = "";
  private @Nullable Window lastFed;

  boolean isIdle() {
    return open.isEmpty();
  }

  /** Forgets the lines before a gap. */
  void skipped() {
    recent.clear();
    source = "";
    lastCaller = "";
  }

  /** A line that was passed over and stands right before the next one. */
  void before(LogLine line) {
    if (line.prefixed()) {
      source = sourceOf(line);
    }
    remember(line);
  }

  void take(LogLine line) {
    String text = line.text();
    StatementKind kind = Head.of(text);
    if (line.prefixed()) {
      source = sourceOf(line);
    } else if (kind == StatementKind.OTHER && wasCut(text)) {
      kind = StatementKind.HEADER;
    }
    if (kind == StatementKind.OTHER && text.startsWith(LINUX_VERSION)) {
      version(line, text);
    }
    Window window = open.get(source);
    if (window == null && !line.prefixed() && !kind.beginsDump() && kind != StatementKind.HEADER) {
      window = lastFed;
    }
    if (window != null && window.endsAt(kind, text)) {
      window.cutShortAt(line.number());
      close(window);
      window = null;
    }
    if (window == null && (kind == StatementKind.HEADER || kind.beginsDump())) {
      window = begin(line);
    }
    if (window != null) {
      window.add(line, kind);
      lastFed = window;
    }
    if (kind.isOfReport()) {
      recent.clear();
    } else {
      remember(line);
    }
    if (line.number() % MOST_OPEN == 0) {
      closeOld(line.number());
    }
  }

  /**
   * Whose line it is. Where the kernel names its callers, it does so once for a message: a line of
   * a message with several has the outer logger's mark alone, and belongs to the caller before.
   */
  private String sourceOf(LogLine line) {
    String host = line.host();
    if (line.caller().isEmpty()) {
      // With neither it has the mark of a program that read the log again: of the message before.
      String before = host.isEmpty() ? source : lastCaller;
      return host.isEmpty() || host.equals(lastHost) ? before : line.source();
    }
    lastHost = host;
    lastCaller = line.source();
    return lastCaller;
  }

  /** Whether this line and one before it are the halves of a first line. */
  private boolean wasCut(String text) {
    for (LogLine before : recent) {
      String first = before.text();
      if (HeaderLine.is(first + text) || HeaderLine.is(first + ' ' + text)) {
        return !HeaderLine.is(first);
      }
    }
    return false;
  }

  private void remember(LogLine line) {
    recent.addLast(line);
    if (recent.size() > RawLines.KEPT) {
      recent.removeFirst();
    }
  }

  private Window begin(LogLine line) {
    if (open.size() == MOST_OPEN) {
      close(
          Collections.min(
              open.values(), (a, b) -> Long.compare(a.lastOfReport(), b.lastOfReport())));
    }
    List<LogLine> before = new ArrayList<>();
    for (LogLine earlier : recent) {
      if (!earlier.prefixed() || earlier.source().equals(source)) {
        before.add(earlier);
      }
    }
    String host = line.prefixed() ? line.host() : "";
    Window window = new Window(source, kernels.get(host), before, line);
    open.put(source, window);
    return window;
  }

  private void version(LogLine line, String text) {
    String release = ReleaseWord.find(text, LINUX_VERSION.length());
    if (release != null && (kernels.size() < MOST_HOSTS || kernels.containsKey(line.host()))) {
      kernels.put(line.host(), release);
    }
  }

  private void closeOld(long line) {
    Iterator<Window> windows = open.values().iterator();
    while (windows.hasNext()) {
      Window window = windows.next();
      if (line - window.lastOfReport() > LONGEST_PAUSE) {
        windows.remove();
        closed(window);
      }
    }
  }

  private void close(Window window) {
    open.remove(window.source());
    closed(window);
  }

  private void closed(Window window) {
    closed.add(window);
    lastFed = lastFed == window ? null : lastFed;
  }

  /** At the end of the log. */
  void closeAll() {
    for (Window window : List.copyOf(open.values())) {
      close(window);
    }
  }

  /** The next report in the order of their first lines; null if an earlier one is not over yet. */
  @Nullable Window poll() {
    if (closed.isEmpty()) {
      return null;
    }
    Window first = Collections.min(closed, (a, b) -> Long.compare(a.firstLine(), b.firstLine()));
    for (Window window : open.values()) {
      if (window.firstLine() < first.firstLine()) {
        return null;
      }
    }
    closed.remove(first);
    return first;
  }
}
