package dev.quarry.replay.trace;

/**
 * Reads the head of a line, from the event's name backwards:
 *
 * <pre>
 *   comm  tid      [cpu]        seconds.fraction:  [period] [kmem:]event:
 *   comm  pid/tid  [cpu]        seconds.fraction:           [kmem:]event:
 *   comm-tid (tgid) [cpu] flags seconds.fraction:                  event:
 * </pre>
 */
final class TraceHead {
  private static final int MICRO_DIGITS = 6;
  private static final int MOST_DIGITS = 12;

  private String line = "";
  private int end;
  private long micros;
  private long cpu;
  private long tid;
  private String comm = "";

  TraceHead() {}

  /**
   * Reads what stands before an event's name.
   *
   * @return empty, or what is missing
   */
  String read(String text, int eventAt) {
    line = text;
    end = eventAt;
    if (line.startsWith("kmem:", end - 5)) {
      end -= 5;
    }
    skipBlanks();
    skipPeriod();
    if (!readTime()) {
      return "no time in seconds";
    }
    if (!readCpu()) {
      return "no CPU in brackets";
    }
    skipThreadGroup();
    return readThread() ? "" : "no thread";
  }

  /** Goes back over blanks before {@link #end}; false if there are none. */
  private boolean skipBlanks() {
    int old = end;
    while (end > 0 && (line.charAt(end - 1) == ' ' || line.charAt(end - 1) == '\t')) {
      end--;
    }
    return end < old;
  }

  private boolean endsWith(char c) {
    return end > 0 && line.charAt(end - 1) == c;
  }

  /** Where the digits before {@link #end} begin. */
  private int digitsFrom() {
    int from = end;
    while (from > 0 && line.charAt(from - 1) >= '0' && line.charAt(from - 1) <= '9') {
      from--;
    }
    return from;
  }

  /** The number before {@link #end}, and back over it; negative if there is none or too long. */
  private long number() {
    int from = digitsFrom();
    if (from == end || end - from > MOST_DIGITS) {
      return -1;
    }
    long number = Long.parseLong(line, from, end, 10);
    end = from;
    return number;
  }

  /** A number that perf may print between time and event. */
  private void skipPeriod() {
    int from = digitsFrom();
    if (from < end && from > 0 && line.charAt(from - 1) == ' ') {
      end = from;
      skipBlanks();
    }
  }

  private boolean readTime() {
    if (!endsWith(':')) {
      return false;
    }
    end--;
    int from = digitsFrom();
    int digits = end - from;
    if (digits == 0 || from == 0 || line.charAt(from - 1) != '.') {
      return false;
    }
    int used = Math.min(digits, MICRO_DIGITS);
    long fraction = Long.parseLong(line, from, from + used, 10);
    for (int i = used; i < MICRO_DIGITS; i++) {
      fraction *= 10;
    }
    end = from - 1;
    long seconds = number();
    micros = seconds * 1_000_000 + fraction;
    return seconds >= 0;
  }

  /** The number in the brackets before {@link #end}; between them may stand one word of flags. */
  private boolean readCpu() {
    skipBlanks();
    if (!endsWith(']')) {
      while (end > 0 && !endsWith(' ') && !endsWith('\t') && !endsWith(']')) {
        end--;
      }
      skipBlanks();
    }
    if (!endsWith(']')) {
      return false;
    }
    end--;
    cpu = number();
    if (cpu < 0 || !endsWith('[')) {
      return false;
    }
    end--;
    return skipBlanks();
  }

  /** The column {@code (tgid)}, which may hold blanks or dashes. */
  private void skipThreadGroup() {
    if (endsWith(')')) {
      int open = line.lastIndexOf('(', end);
      if (open > 0) {
        end = open;
        skipBlanks();
      }
    }
  }

  private boolean readThread() {
    tid = number();
    if (tid < 0) {
      return false;
    }
    if (endsWith('/')) {
      end--;
      if (number() < 0) {
        return false;
      }
    }
    if (endsWith('-')) {
      end--;
    } else if (!skipBlanks()) {
      return false;
    }
    comm = line.substring(0, end).strip();
    return !comm.isEmpty();
  }

  /** The time in microseconds, cut off. */
  long micros() {
    return micros;
  }

  long cpu() {
    return cpu;
  }

  long tid() {
    return tid;
  }

  /** The thread's name, as the line has it. */
  String comm() {
    return comm;
  }
}
