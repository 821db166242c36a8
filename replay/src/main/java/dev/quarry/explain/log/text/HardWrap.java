package dev.quarry.explain.log.text;

import java.util.ArrayList;
import java.util.List;

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

  private HardWrap() {}

  /** The lines with such cuts undone; the same list if there are none. */
  public static List<LogLine> undo(List<LogLine> lines) {
    int width = width(lines);
    if (width == 0) {
      return lines;
    }
    List<LogLine> whole = new ArrayList<>();
    for (int i = 0; i < lines.size(); i++) {
      LogLine line = lines.get(i);
      int last = i;
      StringBuilder raw = null;
      while (last + 1 < lines.size() && goesOn(lines, last, width)) {
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

  private static boolean isContinued(List<LogLine> lines, int i) {
    LogLine next = lines.get(i + 1);
    return !next.prefixed() && next.number() == lines.get(i).number() + 1;
  }

  /** The column; 0 if there is none. */
  private static int width(List<LogLine> lines) {
    int longest = 0;
    for (LogLine line : lines) {
      longest = Math.max(longest, line.raw().length());
    }
    if (longest < NARROWEST || longest > WIDEST) {
      return 0;
    }
    int exact = 0;
    int near = 0;
    int continued = 0;
    for (int i = 0; i + 1 < lines.size(); i++) {
      int length = lines.get(i).raw().length();
      if (length >= longest - SPREAD) {
        near++;
        boolean full = length >= longest - 1;
        exact += full ? 1 : 0;
        continued += full && isContinued(lines, i) ? 1 : 0;
      }
    }
    boolean one = exact >= FEWEST && 10 * exact >= 7 * near && 10 * continued >= 8 * exact;
    return one ? longest : 0;
  }
}
