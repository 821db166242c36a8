package dev.quarry.replay.calls;

import java.util.ArrayList;
import java.util.List;

/**
 * One line of strace's text:
 *
 * <pre>
 *   18160 1795453398.843293 mmap(NULL, 8192, PROT_READ, MAP_PRIVATE, 3, 0) = 0x7efc05327000
 *   18160 1795453398.843293 clone(child_stack=NULL, flags=SIGCHLD &lt;unfinished ...&gt;
 *   18160 1795453398.843293 &lt;... clone resumed&gt;, child_tidptr=0x7ffff7dd1a10) = 18173
 *   [pid 18160] 12:31:02.004512 exit_group(0) = ?
 * </pre>
 *
 * @param tid whose; 1 where the trace is of one process and has no numbers
 * @param micros when; 0 where the trace has no times
 * @param rest what stands behind them
 */
record StraceLine(int tid, long micros, String rest) {
  static final String UNFINISHED = "<unfinished ...>";
  static final String RESUMED = " resumed>";

  private static final String PID = "[pid ";
  private static final int ONLY_TASK = 1;
  private static final long MICROS = 1_000_000;
  private static final int FRACTION_DIGITS = 6;
  private static final int CLOCK_PARTS = 3;
  private static final long SIXTY = 60;

  static StraceLine of(String line) {
    String rest = line.strip();
    int tid = 0;
    if (rest.startsWith(PID)) {
      int end = rest.indexOf(']');
      tid = end < 0 ? 0 : Numbers.tid(rest.substring(PID.length(), end).strip());
      rest = end < 0 ? rest : rest.substring(end + 1).strip();
    } else {
      int end = rest.indexOf(' ');
      tid = end < 0 ? 0 : Numbers.tid(rest.substring(0, end));
      rest = tid == 0 ? rest : rest.substring(end).strip();
    }
    int end = rest.indexOf(' ');
    long micros = end < 0 ? Numbers.NONE : micros(rest.substring(0, end));
    boolean timed = micros != Numbers.NONE;
    return new StraceLine(
        tid == 0 ? ONLY_TASK : tid, timed ? micros : 0, timed ? rest.substring(end).strip() : rest);
  }

  /** Seconds with a fraction, or hours, minutes and seconds. */
  private static long micros(String word) {
    int point = word.indexOf('.');
    String whole = point < 0 ? word : word.substring(0, point);
    String[] clock = whole.split(":", -1);
    if (clock.length != CLOCK_PARTS && (clock.length != 1 || point < 0)) {
      return Numbers.NONE;
    }
    long seconds = 0;
    for (String part : clock) {
      long number = Numbers.decimal(part);
      if (number < 0 || number > Long.MAX_VALUE / MICROS / SIXTY) {
        return Numbers.NONE;
      }
      seconds = seconds * SIXTY + number;
    }
    String fraction = point < 0 ? "0" : (word.substring(point + 1) + "000000");
    long parts =
        Numbers.decimal(fraction.substring(0, Math.min(FRACTION_DIGITS, fraction.length())));
    return parts < 0 ? Numbers.NONE : seconds * MICROS + parts;
  }

  /** Cuts arguments at the commas that are in no string, list or structure. */
  static List<String> arguments(String text) {
    List<String> parts = new ArrayList<>();
    int depth = 0;
    boolean quoted = false;
    int from = 0;
    for (int i = 0; i < text.length(); i++) {
      char c = text.charAt(i);
      if (quoted) {
        quoted = c != '"';
        i += c == '\\' ? 1 : 0;
      } else if (c == '"') {
        quoted = true;
      } else if (c == '(' || c == '[' || c == '{') {
        depth++;
      } else if (c == ')' || c == ']' || c == '}') {
        depth--;
      } else if (c == ',' && depth == 0) {
        parts.add(text.substring(from, i).strip());
        from = i + 1;
      }
    }
    String last = text.substring(Math.min(from, text.length())).strip();
    if (!last.isEmpty() || !parts.isEmpty()) {
      parts.add(last);
    }
    return parts;
  }
}
