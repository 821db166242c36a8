package dev.quarry.replay.trace;

/** The words {@code key=value} behind an event's name. */
final class TraceFields {
  /** What {@link #number} gives where the value is no number. */
  static final long NO_NUMBER = Long.MIN_VALUE;

  private static final int MOST_DIGITS = 18;

  private String line = "";
  private int from;

  TraceFields() {}

  /** Takes the fields of a line, from a place in it on. */
  void of(String text, int begin) {
    line = text;
    from = begin;
  }

  /** Whether there is a field of this name. */
  boolean has(String key) {
    return valueAt(key) >= 0;
  }

  /** The value of a field; empty if it is not there. */
  String text(String key) {
    int at = valueAt(key);
    return at < 0 ? "" : line.substring(at, endOf(at));
  }

  /** The value of a field that is there: decimal, or hexadecimal behind 0x. */
  long number(String key) {
    int at = valueAt(key);
    int end = endOf(at);
    boolean hex = line.startsWith("0x", at);
    int first = hex ? at + 2 : at;
    if (first == end || end - first > (hex ? 16 : MOST_DIGITS)) {
      return NO_NUMBER;
    }
    try {
      return hex
          ? Long.parseUnsignedLong(line, first, end, 16)
          : Long.parseLong(line, first, end, 10);
    } catch (NumberFormatException e) {
      return NO_NUMBER;
    }
  }

  /** Where the value of a field begins; negative if there is none. */
  private int valueAt(String key) {
    int at = line.indexOf(key, from);
    while (at >= 0) {
      int end = at + key.length();
      boolean word = line.charAt(at - 1) == ' ';
      if (word && end < line.length() && line.charAt(end) == '=') {
        return end + 1;
      }
      at = line.indexOf(key, end);
    }
    return -1;
  }

  private int endOf(int at) {
    int end = at;
    while (end < line.length() && line.charAt(end) > ' ') {
      end++;
    }
    return end;
  }
}
