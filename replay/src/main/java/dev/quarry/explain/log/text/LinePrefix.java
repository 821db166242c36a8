package dev.quarry.explain.log.text;

import java.util.Set;

/**
 * Finds where the kernel's text begins in a line. Loggers nest, so marks are taken off the front
 * until none is left:
 *
 * <pre>
 *   > &lt;4>Nov 15 05:03:51 host kernel: [69477.65][T11296] text
 *   ^ ^  ^               ^    ^       ^         ^
 *   | |  date            |    tag     |         caller
 *   | priority           host         seconds since boot
 *   mail's quote
 * </pre>
 */
final class LinePrefix {
  private static final Set<String> FACILITIES =
      Set.of("kern", "user", "mail", "daemon", "auth", "syslog", "lpr", "news", "local0", "local7");

  /** Longest name of a host or of a logger's stream. */
  private static final int LONGEST_HOST = 255;

  private static final int LONGEST_BRACKET = 64;

  /** Level, sequence and microseconds. */
  private static final int RECORD_NUMBERS = 3;

  private static final String CALLER = "caller=";

  private final String line;
  private final Cursor cursor;
  private boolean found;
  private String host = "";
  private String caller = "";

  LinePrefix(String line) {
    this.line = line;
    this.cursor = new Cursor(line);
    quotes();
    while (mark()) {
      found = true;
    }
  }

  int textAt() {
    return Math.min(cursor.at(), line.length());
  }

  boolean found() {
    return found;
  }

  String host() {
    return host;
  }

  String caller() {
    return caller;
  }

  /** {@code > > } and indentation. */
  private void quotes() {
    char c = cursor.here();
    while (c == '>' || c == '|' || c == ' ' || c == '\t') {
      cursor.moveTo(cursor.at() + 1);
      c = cursor.here();
    }
  }

  /** Takes one mark off; false if there is none. */
  private boolean mark() {
    int from = cursor.at();
    cursor.skipSpaces();
    boolean taken =
        switch (cursor.here()) {
          case '<' -> priority();
          case '[' -> bracket();
          case '(' -> cpuAndTask();
          case '@' -> found && atZero();
          case 0 -> false;
          default -> word();
        };
    if (!taken) {
      cursor.moveTo(from);
    }
    return taken;
  }

  /** {@code <4>}, and {@code <4>1 } of RFC 5424. */
  private boolean priority() {
    cursor.skip('<');
    String number = cursor.digits();
    if (number.isEmpty() || number.length() > 3 || !cursor.skip('>')) {
      return false;
    }
    cursor.skip("1 ");
    return true;
  }

  /** {@code [ 12.345678]}, {@code [Wed Nov 15 05:03:51 2023]}, {@code [ T1234]}, {@code [C3]}. */
  private boolean bracket() {
    int close = line.indexOf(']', cursor.at());
    if (close < 0 || close - cursor.at() > LONGEST_BRACKET) {
      return false;
    }
    String inside = line.substring(cursor.at() + 1, close).strip();
    if (isCaller(inside)) {
      caller = inside;
    } else if (!isTime(inside)) {
      if (!found || !isCpuAndTask(inside)) {
        return false;
      }
      caller = inside;
    }
    cursor.moveTo(close + 1);
    return true;
  }

  private static boolean isCaller(String inside) {
    return inside.length() > 1
        && (inside.charAt(0) == 'T' || inside.charAt(0) == 'C')
        && Cursor.isNumber(inside.substring(1));
  }

  /** Seconds, differences of seconds, or a date. */
  private static boolean isTime(String inside) {
    if (inside.indexOf('.') < 0 && inside.indexOf(':') < 0) {
      return false;
    }
    boolean digit = false;
    for (int i = 0; i < inside.length(); i++) {
      char c = inside.charAt(i);
      if (Cursor.isDigit(c)) {
        digit = true;
      } else if (" .:,-+<>/TZ".indexOf(c) < 0) {
        return isDate(inside);
      }
    }
    return digit;
  }

  private static boolean isDate(String inside) {
    // dmesg --reltime prints [Nov15 05:03] once a minute.
    Cursor date = new Cursor(inside.length() < 14 ? inside + ":00" : inside);
    return DateTime.skip(date) && date.atEnd();
  }

  /** {@code 3: swapper: 1} of some phones. */
  private static boolean isCpuAndTask(String inside) {
    int first = inside.indexOf(':');
    int last = inside.lastIndexOf(':');
    return first > 0
        && last > first
        && Cursor.isNumber(inside.substring(0, first))
        && Cursor.isNumber(inside.substring(last + 1).strip());
  }

  /** {@code (3)[1234:worker] } of other phones. */
  private boolean cpuAndTask() {
    int from = cursor.at();
    cursor.skip('(');
    boolean cpu = !cursor.digits().isEmpty() && cursor.skip(')') && cursor.skip('[');
    if (!cpu || cursor.digits().isEmpty() || !cursor.skip(':')) {
      return false;
    }
    int close = line.indexOf(']', cursor.at());
    if (close < 0) {
      return false;
    }
    caller = line.substring(from, close + 1);
    cursor.moveTo(close + 1);
    return true;
  }

  /** {@code [ 12.345678]@0}. */
  private boolean atZero() {
    cursor.skip('@');
    return !cursor.digits().isEmpty();
  }

  private boolean word() {
    char c = cursor.here();
    if (!Character.isLetterOrDigit(c)) {
      return false;
    }
    if (found && c == 'c' && cpuColumn()) {
      return true;
    }
    if (tag() || record()) {
      return true;
    }
    int from = cursor.at();
    if (DateTime.skip(cursor)) {
      afterDate();
      return true;
    }
    cursor.moveTo(from);
    return facility() || hostAndTag();
  }

  /** {@code 4,1234,5678901,-,caller=T77;}: a record of {@code /dev/kmsg}, or of netconsole. */
  private boolean record() {
    int from = cursor.at();
    boolean numbers = true;
    for (int i = 0; i < RECORD_NUMBERS; i++) {
      numbers = numbers && !cursor.digits().isEmpty() && cursor.skip(',');
    }
    int end = numbers ? line.indexOf(';', cursor.at()) : -1;
    if (end < 0 || end - cursor.at() > LONGEST_BRACKET) {
      cursor.moveTo(from);
      return false;
    }
    String rest = line.substring(cursor.at(), end);
    int named = rest.indexOf(CALLER);
    caller = named < 0 ? caller : rest.substring(named + CALLER.length());
    cursor.moveTo(end + 1);
    return true;
  }

  /** {@code c3 1234 }: CPU and task, behind the seconds. */
  private boolean cpuColumn() {
    int from = cursor.at();
    cursor.skip('c');
    boolean columns = !cursor.digits().isEmpty() && cursor.here() == ' ';
    cursor.skipSpaces();
    columns = columns && !cursor.digits().isEmpty() && cursor.here() == ' ';
    if (!columns) {
      cursor.moveTo(from);
      return false;
    }
    caller = line.substring(from, cursor.at());
    return true;
  }

  /** What stands between a date and the kernel's tag, if anything. */
  private void afterDate() {
    int from = cursor.at();
    cursor.skipSpaces();
    if (cursor.skip("stdout ") || cursor.skip("stderr ")) {
      cursor.word();
      return;
    }
    if (!tag() && !hostAndTag() && !logcat()) {
      cursor.moveTo(from);
    }
  }

  /** {@code host kernel: }. */
  private boolean hostAndTag() {
    int from = cursor.at();
    int space = line.indexOf(' ', from);
    if (space < 0 || space - from > LONGEST_HOST || !line.startsWith(" kernel", space)) {
      return false;
    }
    String name = line.substring(from, space);
    cursor.moveTo(space + 1);
    if (tag()) {
      host = name;
      return true;
    }
    cursor.moveTo(from);
    return false;
  }

  /**
   * {@code kernel: }, {@code kernel[1]: }, {@code kernel - - - } (RFC 5424: PROCID, MSGID, data).
   */
  private boolean tag() {
    int from = cursor.at();
    if (cursor.skip("kernel")) {
      if (cursor.skip('[')) {
        cursor.digits();
        cursor.skip(']');
      }
      if (cursor.skip(':')) {
        return true;
      }
      if (cursor.skip(" - ") || (cursor.skip(' ') && structured())) {
        cursor.word();
        cursor.skipSpaces();
        structuredData();
        return true;
      }
    }
    cursor.moveTo(from);
    return false;
  }

  private boolean structured() {
    return !cursor.digits().isEmpty() && cursor.skip(" - ");
  }

  private void structuredData() {
    if (cursor.skip('-')) {
      return;
    }
    int close = line.indexOf("\"]", cursor.at());
    if (cursor.here() == '[' && close > 0) {
      cursor.moveTo(close + 2);
    }
  }

  /** {@code 1234 1234 I kernel : } or {@code E/kernel( 123): } behind a date. */
  private boolean logcat() {
    int from = cursor.at();
    boolean columns = !cursor.digits().isEmpty();
    cursor.skipSpaces();
    columns = columns && !cursor.digits().isEmpty();
    cursor.skipSpaces();
    int level = cursor.at();
    boolean letter = !cursor.atEnd() && Character.isUpperCase(cursor.here());
    cursor.moveTo(level + 1);
    boolean plain = columns && cursor.skip(" kernel");
    boolean brief = !plain && !columns && cursor.skip("/kernel");
    int colon = line.indexOf(": ", cursor.at());
    if (letter && (plain || brief) && colon > 0 && colon - cursor.at() < LONGEST_BRACKET) {
      cursor.moveTo(colon + 1);
      return true;
    }
    cursor.moveTo(from);
    return false;
  }

  /** {@code kern :warn : } of dmesg --decode. */
  private boolean facility() {
    int from = cursor.at();
    int colon = line.indexOf(':', from);
    int second = colon < 0 ? -1 : line.indexOf(':', colon + 1);
    if (second > 0
        && second - from < LONGEST_BRACKET
        && FACILITIES.contains(line.substring(from, colon).strip())
        && line.substring(colon + 1, second).strip().length() <= 6) {
      cursor.moveTo(second + 1);
      return true;
    }
    return false;
  }
}
