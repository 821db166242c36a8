package dev.quarry.explain.log;

import dev.quarry.explain.log.text.Cursor;
import dev.quarry.replay.read.Quote;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Reads a list of counters, {@code free:14332kB boost:0kB}: names with numbers, in pages or with
 * their unit. A blank may follow the colon ({@code shmem_thp: 0kB}).
 */
final class CounterLine {
  private static final String UNRECLAIMABLE = "all_unreclaimable?";

  private CounterLine() {}

  /**
   * The counters of a line, in its order; the first of two with one name counts.
   *
   * @param from where the list begins
   */
  static Map<String, Long> read(Statement line, int from, Problems problems) {
    Map<String, Long> counters = new LinkedHashMap<>();
    readInto(counters, line, from, problems);
    return counters;
  }

  /** Adds the counters of a line. */
  static void readInto(Map<String, Long> counters, Statement line, int from, Problems problems) {
    String text = line.text();
    int at = from;
    while (true) {
      int colon = text.indexOf(':', at);
      if (colon < 0) {
        checkEnd(line, at, problems);
        return;
      }
      int begin = text.lastIndexOf(' ', colon) + 1;
      String name = text.substring(Math.max(begin, from), colon);
      Cursor cursor = new Cursor(text, colon + 1);
      cursor.skipSpaces();
      String digits = cursor.digits();
      if (digits.isEmpty()) {
        problems.add(line.lineAt(colon), name + " has no number");
      } else {
        Long value = problems.number(digits, line.lineAt(colon), name);
        if (value != null) {
          counters.putIfAbsent(name, value);
        }
      }
      at = Math.max(colon + 1, cursor.at());
    }
  }

  /** A console that was too slow, or a buffer too short, cuts a line in the middle of a name. */
  private static void checkEnd(Statement line, int from, Problems problems) {
    String text = line.text();
    String last = text.substring(text.lastIndexOf(' ') + 1);
    boolean name = text.length() - last.length() > from && text.indexOf('?', from) < 0;
    if (name && !last.isEmpty()) {
      problems.add(line.lastLine(), "the line is cut off in " + Quote.of(last));
    }
  }

  /** What {@code all_unreclaimable?} says; null where it is not printed. */
  static @Nullable Boolean unreclaimable(String text) {
    int at = text.indexOf(UNRECLAIMABLE);
    if (at < 0) {
      return null;
    }
    String answer = text.substring(at + UNRECLAIMABLE.length()).strip();
    if (answer.startsWith("yes")) {
      return true;
    }
    return answer.startsWith("no") ? false : null;
  }
}
