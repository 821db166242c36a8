package dev.quarry.replay.compact;

/**
 * The text of one event's line and a place in it: reads and writes blanks and decimal numbers in
 * their canonical form, which can be given back byte for byte from the numbers.
 */
abstract class CanonicalLine {
  static final long MAX_STEP_MICROS = 1_000_000_000_000L;

  /** What stands where no number in canonical form does. */
  static final long NONE = -1;

  byte[] bytes = {};
  int position;

  /** Moves over a byte; false if another one is there. */
  final boolean skip(char expected) {
    if (bytes[position] != expected) {
      return false;
    }
    position++;
    return true;
  }

  /** A blank and a number; {@link #NONE} if there is something else. */
  final long number(long max) {
    return skip(' ') ? digits(max) : NONE;
  }

  /** A number; {@link #NONE} if there is something else. */
  final long digits(long max) {
    int first = position;
    long value = 0;
    for (int digit = digit(first); digit >= 0 && digit <= 9 && value <= max; ) {
      value = value * 10 + digit;
      digit = digit(++position);
    }
    return isCanonical(first) && value <= max ? value : NONE;
  }

  private int digit(int at) {
    return bytes[at] - '0';
  }

  /** Whether digits from {@code first} up to here are some, and without zeros in front. */
  final boolean isCanonical(int first) {
    return position == first + 1 || (position > first && bytes[first] != '0');
  }

  /** Writes a blank and a number. */
  final void put(long value) {
    bytes[position++] = ' ';
    if (value < 0) {
      bytes[position++] = '-';
    }
    long left = Math.abs(value);
    int digits = 1;
    for (long rest = left; rest >= 10; rest /= 10) {
      digits++;
    }
    position += digits;
    for (int at = position; digits > 0; digits--) {
      bytes[--at] = (byte) ('0' + left % 10);
      left /= 10;
    }
  }
}
