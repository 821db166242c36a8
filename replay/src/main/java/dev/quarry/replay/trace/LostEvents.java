package dev.quarry.replay.trace;

import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * The lines in which a recorder says that events are missing: {@code CPU:1 [LOST 23 EVENTS]} of
 * tracefs, {@code CPU:1 [23 EVENTS DROPPED]} of trace-cmd, {@code PERF_RECORD_LOST lost 23} of
 * perf; and of a ring buffer that was overwritten {@code entries-in-buffer/entries-written} and
 * {@code CPU 1 buffer started}.
 */
final class LostEvents {
  private static final Pattern TRACEFS = Pattern.compile("CPU:(\\d+) \\[LOST (\\d{1,18}) EVENTS]");
  private static final Pattern TRACE_CMD =
      Pattern.compile("CPU:(\\d+) \\[(?:(\\d{1,18}) )?EVENTS DROPPED]");
  private static final Pattern PERF =
      Pattern.compile("PERF_RECORD_LOST(?:_SAMPLES)? lost[ =:]{0,3}(\\d{1,18})");
  private static final Pattern WRITTEN =
      Pattern.compile("# entries-in-buffer/entries-written: (\\d{1,18})/(\\d{1,18})");
  private static final Pattern STARTED = Pattern.compile("##### CPU (\\d+) buffer started ####");

  private long events;

  LostEvents() {}

  /** How many events were lost, as far as the recorder knows. */
  long events() {
    return events;
  }

  /**
   * Reads a line that is no event.
   *
   * @return what was lost, in words; empty if the line does not say that anything was
   */
  String read(String line) {
    if (line.contains("CPU")) {
      return ofCpu(line);
    }
    if (line.contains("PERF_RECORD_LOST")) {
      Matcher perf = PERF.matcher(line);
      return perf.find() ? lost(perf.group(1), "") : "an unknown number of events was lost";
    }
    Matcher written = WRITTEN.matcher(line);
    if (written.find()) {
      long missing = Long.parseLong(written.group(2)) - Long.parseLong(written.group(1));
      return missing > 0 ? lost(Long.toString(missing), " before the first") : "";
    }
    return "";
  }

  private String ofCpu(String line) {
    Matcher tracefs = TRACEFS.matcher(line);
    if (tracefs.find()) {
      return lost(tracefs.group(2), " on CPU " + tracefs.group(1));
    }
    Matcher traceCmd = TRACE_CMD.matcher(line);
    if (traceCmd.find()) {
      return lost(traceCmd.group(2), " on CPU " + traceCmd.group(1));
    }
    Matcher started = STARTED.matcher(line);
    return started.find()
        ? "what CPU " + started.group(1) + " did before this was overwritten"
        : "";
  }

  private String lost(@Nullable String number, String where) {
    if (number == null) {
      return "an unknown number of events was lost" + where;
    }
    events += Long.parseLong(number);
    return number + " events were lost" + where;
  }
}
