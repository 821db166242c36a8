package dev.quarry.explain.log.text;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.function.BiPredicate;

/**
 * Undoes a cut at a column, in the middle of words. Such lines show by their length:
 *
 * <pre>
 *   cut at a column    all that go on are of one length       ████████████|  ████████████|  ██
 *   cut at blanks      their lengths are spread below it      ██████████  |  ███████████ |  ██
 * </pre>
 *
 * <p>A line that ended in a blank may have lost it, and is one shorter.
 */
public final class HardWrap {
  private static final int NARROWEST = 40;
  private static final int WIDEST = 260;
  private static final int SPREAD = 12;
  private static final int FEWEST = 3;

  /** What stands further in is the rest of a message with several lines, set under its text. */
  private static final int DEEPEST_INDENT = 12;

  private HardWrap() {}

  /**
   * The lines with such cuts undone; the same list if there are none.
   *
   * @param isAnother whether a line certainly does not go on with the line before it, which happens
   *     to be as long as those that were cut
   */
  public static List<LogLine> undo(List<LogLine> lines, BiPredicate<LogLine, LogLine> isAnother) {
    int width = width(lines, isAnother);
    if (width == 0) {
      return lines;
    }
    List<LogLine> whole = new ArrayList<>();
    for (int i = 0; i < lines.size(); i++) {
      LogLine line = lines.get(i);
      int last = i;
      StringBuilder raw = null;
      while (last + 1 < lines.size()
          && goesOn(lines, last, width)
          && !isAnother.test(lines.get(last), lines.get(last + 1))) {
        raw = raw == null ? new StringBuilder(line.raw()) : raw;
        if (lines.get(last).raw().length() < width) {
          raw.append(' ');
        }
        last++;
        LogLine next = lines.get(last);
        raw.append(next.raw(), quotes(next), next.raw().length());
      }
      whole.add(raw == null ? line : again(line, raw.toString()));
      i = last;
    }
    return whole;
  }

  private static LogLine again(LogLine first, String raw) {
    LogLine line = LogLine.of(first.number(), raw);
    return line.prefixed()
        ? line
        : new LogLine(
            line.number(), raw, line.textAt(), first.prefixed(), first.host(), first.caller());
  }

  /** Where a line begins behind a mail's quote; its own blanks count. */
  private static int quotes(LogLine line) {
    String raw = line.raw();
    int at = 0;
    while (raw.startsWith(">", at) || raw.startsWith(" >", at)) {
      at += raw.charAt(at) == '>' ? 1 : 2;
    }
    return at > 0 && raw.startsWith(" ", at) ? at + 1 : at;
  }

  private static boolean goesOn(List<LogLine> lines, int i, int width) {
    int length = lines.get(i).raw().length();
    return (length == width || length == width - 1) && isContinued(lines, i);
  }

  /** Whether the next line has no prefix, and is not set under the text of this one. */
  private static boolean isContinued(List<LogLine> lines, int i) {
    LogLine next = lines.get(i + 1);
    return !next.prefixed()
        && next.number() == lines.get(i).number() + 1
        && next.textAt() < DEEPEST_INDENT;
  }

  /** The column; 0 if there is none. */
  private static int width(List<LogLine> lines, BiPredicate<LogLine, LogLine> isAnother) {
    int longest = 0;
    int prefixed = 0;
    for (LogLine line : lines) {
      longest = Math.max(longest, line.raw().length());
      prefixed += line.prefixed() ? 1 : 0;
    }
    if (longest < NARROWEST || longest > WIDEST) {
      return 0;
    }
    // Without prefixes a line that goes on looks like one that does not; more of them must agree.
    // A long line that is printed again and again is no sign.
    boolean marked = prefixed > 0;
    int near = 0;
    int exact = 0;
    int indented = 0;
    Set<String> texts = new HashSet<>();
    for (int i = 0; i + 1 < lines.size(); i++) {
      int length = lines.get(i).raw().length();
      if ((marked || length >= longest - SPREAD)
          && isContinued(lines, i)
          && !isAnother.test(lines.get(i), lines.get(i + 1))) {
        near++;
        if (length >= longest - 1) {
          exact++;
          indented += lines.get(i + 1).raw().startsWith(" ", quotes(lines.get(i + 1))) ? 1 : 0;
          texts.add(lines.get(i).text());
        }
      }
    }
    boolean most = marked ? 10 * exact >= 8 * near : 10 * exact >= 5 * near;
    // A program that sets the rest of a line further in cuts at blanks.
    most = most && 2 * indented <= exact;
    return most && texts.size() >= (marked ? FEWEST : FEWEST + 1) ? longest : 0;
  }
}
