package dev.quarry.explain.log.text;

import org.jspecify.annotations.Nullable;

/**
 * Undoes quoted-printable (RFC 2045), in which a mail lies in an archive: a line that ends in
 * {@code =} goes on in the next one, and {@code =3D} is a character by its code.
 */
public final class SoftBreaks {
  /** Of lines in this form none is longer. */
  private static final int LONGEST = 76;

  private static final int FEWEST = 3;
  private static final int MOST = 40;
  private static final int RADIX = 16;

  private final StringBuilder begun = new StringBuilder();
  private boolean on;

  /** Looks at some lines; once such breaks were seen, the whole log has them. */
  public void look(Iterable<String> lines) {
    int broken = 0;
    int signs = 0;
    int seen = 0;
    for (String line : lines) {
      if (on || ++seen > MOST) {
        break;
      }
      broken += isBroken(line) && line.length() >= LONGEST - 4 ? 1 : 0;
      signs += line.contains("=3D") ? 1 : 0;
    }
    on |= broken >= FEWEST && broken + signs > FEWEST;
  }

  /** The whole line that ends with this one; null if it goes on. */
  public @Nullable String add(String line) {
    if (!on) {
      return line;
    }
    if (isBroken(line)) {
      begun.append(line, 0, line.length() - 1);
      return null;
    }
    String whole = begun.isEmpty() ? line : begun + line;
    begun.setLength(0);
    return decoded(whole);
  }

  private static boolean isBroken(String line) {
    return line.endsWith("=") && line.length() <= LONGEST;
  }

  private static String decoded(String line) {
    if (line.indexOf('=') < 0) {
      return line;
    }
    StringBuilder text = new StringBuilder(line.length());
    for (int i = 0; i < line.length(); i++) {
      char c = line.charAt(i);
      int code = c == '=' && i + 2 < line.length() ? code(line, i + 1) : -1;
      text.append(code < 0 ? c : (char) code);
      i += code < 0 ? 0 : 2;
    }
    return text.toString();
  }

  private static int code(String line, int at) {
    int high = Character.digit(line.charAt(at), RADIX);
    int low = Character.digit(line.charAt(at + 1), RADIX);
    return high < 0 || low < 0 ? -1 : high * RADIX + low;
  }
}
