package dev.quarry.explain.log.text;

/** A place in a text that moves forward. */
public final class Cursor {
  private final String text;
  private int at;

  /** At the beginning of a text. */
  public Cursor(String text) {
    this.text = text;
  }

  /** At some place of a text. */
  public Cursor(String text, int at) {
    this.text = text;
    this.at = at;
  }

  /** Where it is. */
  public int at() {
    return at;
  }

  /** Moves to a place. */
  public void moveTo(int place) {
    at = place;
  }

  /** Whether nothing is left. */
  public boolean atEnd() {
    return at >= text.length();
  }

  /** The character here; 0 at the end. */
  public char here() {
    return at < text.length() ? text.charAt(at) : 0;
  }

  /** Moves over blanks. */
  public void skipSpaces() {
    while (at < text.length() && (text.charAt(at) == ' ' || text.charAt(at) == '\t')) {
      at++;
    }
  }

  /** Moves over a text, if it is here. */
  public boolean skip(String expected) {
    if (text.startsWith(expected, at)) {
      at += expected.length();
      return true;
    }
    return false;
  }

  /** Moves over a character, if it is here. */
  public boolean skip(char expected) {
    if (here() == expected) {
      at++;
      return true;
    }
    return false;
  }

  /** Moves over digits and gives them; empty if there are none. */
  public String digits() {
    int from = at;
    while (isDigit(here())) {
      at++;
    }
    return text.substring(from, at);
  }

  /** Moves over so many digits, if there are exactly so many. */
  public boolean skipDigits(int count) {
    int from = at;
    while (isDigit(here())) {
      at++;
    }
    if (at - from == count) {
      return true;
    }
    at = from;
    return false;
  }

  /** The next characters, without moving; fewer at the end. */
  public String ahead(int count) {
    return text.substring(Math.min(at, text.length()), Math.min(at + count, text.length()));
  }

  /** Moves over all up to the next blank and gives it. */
  public String word() {
    int from = at;
    while (at < text.length() && text.charAt(at) != ' ' && text.charAt(at) != '\t') {
      at++;
    }
    return text.substring(from, at);
  }

  /** Whether a character is a decimal digit. */
  public static boolean isDigit(char c) {
    return c >= '0' && c <= '9';
  }

  /** Whether a text is a number. */
  public static boolean isNumber(String text) {
    for (int i = 0; i < text.length(); i++) {
      if (!isDigit(text.charAt(i))) {
        return false;
      }
    }
    return !text.isEmpty();
  }
}
