package dev.quarry.replay.read;

/** Makes text from a file fit to be shown in a message: short, on one line, printable. */
public final class Quote {
  private static final int LONGEST = 40;

  private Quote() {}

  /**
   * The text in quotation marks, at most 40 characters of it, with what cannot be printed as '?'.
   */
  public static String of(String text) {
    StringBuilder shown = new StringBuilder("\"");
    int length = Math.min(text.length(), LONGEST);
    for (int i = 0; i < length; i++) {
      char c = text.charAt(i);
      shown.append(c >= ' ' && c < 0x7f ? c : '?');
    }
    return shown.append(text.length() > LONGEST ? "...\"" : "\"").toString();
  }
}
