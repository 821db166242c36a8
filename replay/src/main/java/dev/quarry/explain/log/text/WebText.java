package dev.quarry.explain.log.text;

import java.util.Map;
import java.util.TreeMap;

/**
 * Undoes what web pages, editors and mail programs do to plain text: entities ({@code &lt;4&gt;}),
 * tags of HTML around lines ({@code <br>}), blanks that are no ASCII blanks, marks of no width.
 *
 * <p>Lines come with a character for each byte, so that such a character of UTF-8 is two or three
 * of them. The kernel's own {@code <IRQ>} is no tag: it prints in capitals.
 */
final class WebText {
  private static final Map<String, String> ENTITIES =
      new TreeMap<>(
          Map.of(
              "lt", "<",
              "gt", ">",
              "amp", "&",
              "quot", "\"",
              "apos", "'",
              "nbsp", " ",
              "#39", "'",
              "#160", " ",
              "#34", "\"",
              "#x27", "'"));

  private static final int LONGEST_ENTITY = 6;

  /** Tags that stand around text that was meant to stay as it is. */
  private static final String[] TAGS = {
    "br", "p", "pre", "code", "div", "span", "td", "tr", "li", "tt", "font", "samp", "a"
  };

  /** UTF-8 of a mark that says in which order bytes come, and of marks of no width. */
  private static final String[] NOTHING = {"\u00ef\u00bb\u00bf", "\u00e2\u0080\u008b"};

  /** UTF-8 of blanks: U+00A0, U+202F; those from U+2000 to U+200A have a common beginning. */
  private static final String[] BLANKS = {"\u00c2\u00a0", "\u00e2\u0080\u00af"};

  private static final String WIDE_BLANK = "\u00e2\u0080";

  private WebText() {}

  /** The line as it was before. */
  static String plain(String line) {
    String text = isAscii(line) ? line : withBlanks(line);
    if (text.indexOf('<') >= 0) {
      text = withoutTags(text);
    }
    return text.indexOf('&') >= 0 ? withoutEntities(text) : text;
  }

  private static boolean isAscii(String line) {
    for (int i = 0; i < line.length(); i++) {
      if (line.charAt(i) >= 0x80) {
        return false;
      }
    }
    return true;
  }

  private static String withBlanks(String line) {
    StringBuilder text = new StringBuilder(line.length());
    int i = 0;
    while (i < line.length()) {
      int nothing = lengthOf(NOTHING, line, i);
      int blank = lengthOf(BLANKS, line, i);
      if (line.startsWith(WIDE_BLANK, i) && i + 2 < line.length()) {
        char last = line.charAt(i + 2);
        blank = last >= 0x80 && last <= 0x8a ? 3 : blank;
      }
      if (nothing == 0) {
        text.append(blank > 0 ? ' ' : line.charAt(i));
      }
      i += Math.max(1, Math.max(nothing, blank));
    }
    return text.toString();
  }

  private static int lengthOf(String[] marks, String line, int at) {
    for (String mark : marks) {
      if (line.startsWith(mark, at)) {
        return mark.length();
      }
    }
    return 0;
  }

  private static String withoutTags(String line) {
    StringBuilder text = new StringBuilder(line.length());
    int i = 0;
    while (i < line.length()) {
      int end = line.charAt(i) == '<' ? endOfTag(line, i) : -1;
      if (end < 0) {
        text.append(line.charAt(i));
        i++;
      } else {
        i = end;
      }
    }
    return text.toString();
  }

  /** Behind the tag that begins here; -1 if none does. */
  private static int endOfTag(String line, int at) {
    int from = line.startsWith("/", at + 1) ? at + 2 : at + 1;
    int end = line.indexOf('>', from);
    for (String tag : TAGS) {
      int behind = from + tag.length();
      if (end >= behind && line.startsWith(tag, from) && " />".indexOf(line.charAt(behind)) >= 0) {
        return end + 1;
      }
    }
    return -1;
  }

  private static String withoutEntities(String line) {
    StringBuilder text = new StringBuilder(line.length());
    int i = 0;
    while (i < line.length()) {
      int end = line.charAt(i) == '&' ? line.indexOf(';', i) : -1;
      boolean fits = end > 0 && end - i - 1 <= LONGEST_ENTITY;
      String meant = fits ? ENTITIES.get(line.substring(i + 1, end)) : null;
      text.append(meant == null ? line.substring(i, i + 1) : meant);
      i = meant == null ? i + 1 : end + 1;
    }
    return text.toString();
  }
}
