package dev.quarry.cli.shell;

/** Counts braces outside strings and comments, to know when a block is complete. */
final class Braces {
  private Braces() {}

  /** Opening braces of some lines less closing ones. */
  static int balance(String text) {
    int balance = 0;
    boolean inString = false;
    boolean inComment = false;
    for (int i = 0; i < text.length(); i++) {
      char c = text.charAt(i);
      if (c == '\n') {
        inString = false;
        inComment = false;
      } else if (inComment) {
        continue;
      } else if (inString) {
        inString = c != '"';
        i += c == '\\' ? 1 : 0;
      } else {
        inString = c == '"';
        inComment = c == '#';
        balance += c == '{' ? 1 : c == '}' ? -1 : 0;
      }
    }
    return balance;
  }
}
