package dev.quarry.replay.trace;

import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** The forms in which the kernel's users have events as text. */
public enum TraceFormat {
  PERF_SCRIPT("perf script"),
  TRACEFS("tracefs trace"),
  TRACE_CMD("trace-cmd report");

  private static final Pattern TRACE_CMD_HEAD = Pattern.compile("(cpus=\\d+|version = .*)\\s*");
  private static final Pattern TIME_AND_EVENT =
      Pattern.compile("\\[\\d+]\\s+(?:\\S+\\s+)?\\d+\\.\\d+:\\s+(?:\\d+\\s+)?[\\w:-]+");
  private static final Pattern PERF_THREAD = Pattern.compile(".*\\s-?\\d+(/\\d+)?\\s+");
  private static final Pattern TRACE_THREAD = Pattern.compile(".*-\\d+\\s+(\\([\\s\\d-]+\\)\\s+)?");

  private final String words;

  TraceFormat(String words) {
    this.words = words;
  }

  /** The form in words, for reports. */
  public String words() {
    return words;
  }

  /** The form of a file in which this line stands; null if the line does not tell. */
  static @Nullable TraceFormat ofLine(String line) {
    if (line.startsWith("# tracer:")) {
      return TRACEFS;
    }
    if (TRACE_CMD_HEAD.matcher(line).matches()) {
      return TRACE_CMD;
    }
    var event = TIME_AND_EVENT.matcher(line);
    while (event.find()) {
      String thread = line.substring(0, event.start());
      if (TRACE_THREAD.matcher(thread).matches()) {
        return TRACEFS;
      }
      if (PERF_THREAD.matcher(thread).matches()) {
        return PERF_SCRIPT;
      }
    }
    return null;
  }
}
