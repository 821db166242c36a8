package dev.quarry.explain.log.text;

import java.nio.charset.StandardCharsets;

/**
 * The cheap first test: the words without which a line neither begins a report nor names the
 * kernel. Almost every line of a log is sorted out by it.
 */
final class Trigger {
  private static final String[] WORDS = {
    "oom-killer",
    "vmalloc",
    "Mem-",
    "Show Mem",
    "Linux version",
    "free:",
    "_anon:",
    "allocation ",
    "gfp_mask=",
    "mode:0x",
    "allocation ",
    "gfp_mask=",
    "mode:0x"
  };

  /** Bytes of the longest word. */
  static final int LONGEST = 16;

  private static final byte[][] BY_FIRST = new byte[256][];

  static {
    for (String word : WORDS) {
      byte[] bytes = word.getBytes(StandardCharsets.US_ASCII);
      BY_FIRST[bytes[0]] = bytes;
    }
  }

  private Trigger() {}

  /**
   * Whether there is such a word.
   *
   * @param begin where words may begin
   * @param from where words must not yet have ended: the beginning of the line, if {@code begin} is
   *     in the line before
   */
  static boolean in(byte[] buffer, int begin, int from, int to) {
    for (int i = begin; i < to; i++) {
      byte[] word = buffer[i] < 0 ? null : BY_FIRST[buffer[i]];
      if (word != null && i + 1 < to && matches(word, buffer, i, from, to)) {
        return true;
      }
    }
    return false;
  }

  /** Compares over the end of a line, which may stand for a blank. */
  private static boolean matches(byte[] word, byte[] buffer, int at, int from, int to) {
    int i = at + 1;
    for (int k = 1; k < word.length; k++) {
      if (i < from && (buffer[i] == '\n' || buffer[i] == '\r')) {
        i = afterMargin(buffer, from, to);
        if (word[k] == ' ') {
          continue;
        }
      }
      if (i >= to || buffer[i] != word[k]) {
        return false;
      }
      i++;
    }
    return i >= from;
  }

  /** Behind a mail's quote and the indentation of a line. */
  private static int afterMargin(byte[] buffer, int from, int to) {
    int i = from;
    while (i < to && (buffer[i] == ' ' || buffer[i] == '>' || buffer[i] == '\t')) {
      i++;
    }
    return i;
  }
}
