package dev.quarry.cli.lang;

/**
 * A {@link ScriptException} as a user reads it: the place, the message, the line and a caret.
 *
 * <pre>
 *   buddy.quarry:3:5: order 12 is above the machine's largest order 10
 *     p = alloc_pages GFP_KERNEL order=12
 *                                      ^
 * </pre>
 */
public final class Caret {
  private static final int WIDEST = 100;
  private static final int LONGEST_MESSAGE = 500;

  private final String source;
  private final String[] lines;
  private final int firstLine;

  /**
   * Shows places in a script.
   *
   * @param source what the script is called
   * @param firstLine the number of its first line
   */
  public Caret(String source, String script, int firstLine) {
    this.source = source;
    this.lines = script.split("\n", -1);
    this.firstLine = firstLine;
  }

  /** The whole: place, message, line, caret. */
  public String render(ScriptException e) {
    Position at = e.position();
    String head = clean(source) + ":" + at.line() + ":" + at.column() + ": " + message(e);
    int index = at.line() - firstLine;
    return index >= 0 && index < lines.length && !lines[index].isBlank()
        ? head + "\n" + marked(lines[index], at.column() - 1)
        : head;
  }

  /** The message alone, of a bounded length, without characters that a terminal obeys. */
  public static String message(ScriptException e) {
    String text = String.valueOf(e.getMessage());
    return clean(
        text.length() <= LONGEST_MESSAGE ? text : text.substring(0, LONGEST_MESSAGE) + "…");
  }

  /** The line, or the part of it around the place, and a caret below. */
  private static String marked(String line, int column) {
    int place = Math.clamp(column, 0, line.length());
    int from = Math.clamp(place - WIDEST / 2, 0, Math.max(0, line.length() - WIDEST));
    int to = Math.min(line.length(), from + WIDEST);
    String left = from > 0 ? "…" : "";
    String right = to < line.length() ? "…" : "";
    String before = left + line.substring(from, place);
    return "  "
        + clean(left + line.substring(from, to) + right)
        + "\n  "
        + before.replaceAll("[^\t]", " ")
        + "^";
  }

  /** A text without the characters that a terminal obeys. */
  public static String clean(String text) {
    return text.replaceAll("[\\p{Cntrl}&&[^\t\n]]", "?");
  }
}
