package dev.quarry.replay.calls;

/** Numbers in text, of which any may be damaged. */
public final class Numbers {
  /** What is no number. */
  public static final long NONE = Long.MIN_VALUE;

  private static final int HEX = 16;
  private static final int DECIMAL = 10;
  private static final int MOST_HEX_DIGITS = 16;
  private static final int MOST_DIGITS = 18;

  private Numbers() {}

  /** A hexadecimal number of at most 64 bits without a prefix, or {@link #NONE}. */
  public static long hex(String text) {
    boolean fits = !text.isEmpty() && text.length() <= MOST_HEX_DIGITS;
    return fits && isAll(text, HEX) ? Long.parseUnsignedLong(text, HEX) : NONE;
  }

  /** A decimal number of at most 18 digits, perhaps with a sign, or {@link #NONE}. */
  public static long decimal(String text) {
    String digits = text.startsWith("-") ? text.substring(1) : text;
    boolean fits = !digits.isEmpty() && digits.length() <= MOST_DIGITS;
    return fits && isAll(digits, DECIMAL) ? Long.parseLong(text) : NONE;
  }

  /** As C writes numbers: {@code 0x...}, or decimal. */
  public static long any(String text) {
    return text.startsWith("0x") ? hex(text.substring(2)) : decimal(text);
  }

  /** A thread's number, or 0. */
  public static int tid(String text) {
    return Math.max(0, tidOrIdle(text));
  }

  /** A thread's number, of which 0 is the idle task's, or -1. */
  public static int tidOrIdle(String text) {
    long number = decimal(text);
    return number >= 0 && number <= Integer.MAX_VALUE ? (int) number : -1;
  }

  private static boolean isAll(String text, int radix) {
    for (int i = 0; i < text.length(); i++) {
      if (text.charAt(i) > 'f' || Character.digit(text.charAt(i), radix) < 0) {
        return false;
      }
    }
    return true;
  }
}
