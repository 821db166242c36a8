package dev.quarry.explain.log.text;

import java.util.ArrayList;
import java.util.List;

/**
 * Ends of lines inside a message, as loggers write them: {@code #012} (rsyslog), {@code \x0a} (the
 * kernel's own), {@code \012}, {@code \n}; tabs likewise.
 */
public final class Escapes {
  private static final String[] NEW_LINES = {"#012", "\\x0a", "\\012", "\\n"};
  private static final String[] BLANKS = {"#011", "\\x09", "\\011", "\\t", "#015", "\\x0d", "\\r"};

  private Escapes() {}

  /** The lines in a message; the message itself if it has no such marks. */
  public static List<String> lines(String message) {
    if (message.indexOf('#') < 0 && message.indexOf('\\') < 0) {
      return List.of(message);
    }
    List<String> lines = new ArrayList<>();
    StringBuilder line = new StringBuilder();
    int i = 0;
    while (i < message.length()) {
      int skipped = matching(NEW_LINES, message, i);
      if (skipped > 0) {
        lines.add(line.toString().strip());
        line.setLength(0);
        i += skipped;
        continue;
      }
      skipped = matching(BLANKS, message, i);
      line.append(skipped > 0 ? ' ' : message.charAt(i));
      i += Math.max(skipped, 1);
    }
    lines.add(line.toString().strip());
    return lines;
  }

  private static int matching(String[] marks, String message, int at) {
    char c = message.charAt(at);
    if (c == '#' || c == '\\') {
      for (String mark : marks) {
        if (message.startsWith(mark, at)) {
          return mark.length();
        }
      }
    }
    return 0;
  }
}
