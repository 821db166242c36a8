package dev.quarry.explain.log.text;

/**
 * What a line may be packed in as a whole: colours of a terminal ({@code ESC [ 31 m}), a web page,
 * or a JSON object of a container's or the journal's log.
 */
final class Envelope {
  private static final char ESC = 0x1b;

  /** Members that hold the line: docker, the journal, and what shippers call it. */
  private static final String[] MEMBERS = {"\"log\":", "\"MESSAGE\":", "\"message\":", "\"msg\":"};

  private Envelope() {}

  /** The line in it. */
  static String open(String line) {
    String plain = WebText.plain(line.indexOf(ESC) >= 0 ? withoutColours(line) : line);
    if (plain.endsWith(" \\")) {
      // A shell's sign that the line goes on; the kernel ends none so.
      plain = plain.substring(0, plain.length() - 2);
    }
    return plain.startsWith("{") ? member(plain) : plain;
  }

  private static String withoutColours(String line) {
    StringBuilder plain = new StringBuilder(line.length());
    for (int i = 0; i < line.length(); i++) {
      char c = line.charAt(i);
      if (c != ESC) {
        plain.append(c);
      } else if (i + 1 < line.length() && line.charAt(i + 1) == '[') {
        i += 2;
        while (i < line.length() && (line.charAt(i) < '@' || line.charAt(i) > '~')) {
          i++;
        }
      }
    }
    return plain.toString();
  }

  private static String member(String line) {
    for (String name : MEMBERS) {
      int at = line.indexOf(name);
      if (at >= 0) {
        Cursor cursor = new Cursor(line, at + name.length());
        cursor.skipSpaces();
        if (cursor.skip('"')) {
          return string(line, cursor.at());
        }
      }
    }
    return line;
  }

  /** A JSON string up to its closing quote; {@code \n} is left to {@link Escapes}. */
  private static String string(String line, int from) {
    StringBuilder text = new StringBuilder(line.length());
    for (int i = from; i < line.length() && line.charAt(i) != '"'; i++) {
      char c = line.charAt(i);
      if (c == '\\' && i + 1 < line.length()) {
        i++;
        char escaped = line.charAt(i);
        if (escaped == 'u' && i + 4 < line.length()) {
          text.append(unicode(line.substring(i + 1, i + 5)));
          i += 4;
        } else if (escaped == 'n' || escaped == 't' || escaped == 'r') {
          text.append('\\').append(escaped);
        } else {
          text.append(escaped);
        }
      } else {
        text.append(c);
      }
    }
    String whole = text.toString();
    return whole.endsWith("\\n") ? whole.substring(0, whole.length() - 2) : whole;
  }

  private static char unicode(String hex) {
    int value = 0;
    for (int i = 0; i < hex.length(); i++) {
      int digit = Character.digit(hex.charAt(i), 16);
      if (digit < 0) {
        return '?';
      }
      value = 16 * value + digit;
    }
    return (char) value;
  }
}
