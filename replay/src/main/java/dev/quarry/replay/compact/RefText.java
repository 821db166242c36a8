package dev.quarry.replay.compact;

import java.nio.charset.StandardCharsets;

/** References as lines of the run-compressed text, in the one way that columns give back. */
public final class RefText extends LineText {
  /** Longest line: a letter, 16 digits of an address, two numbers. */
  private static final int MAX_BYTES = 48;

  private static final byte[] LETTERS = {'I', 'L', 'S', 'M'};
  private static final byte[] DIGITS = "0123456789abcdef".getBytes(StandardCharsets.US_ASCII);
  private static final int MOST_DIGITS = 10;

  private final byte[] reversed = new byte[MOST_DIGITS];

  /** No text. */
  public RefText() {}

  /** Empties it. */
  public void clear() {
    length = 0;
  }

  /** Adds the line of a reference; {@code count} is written of code alone. */
  public void add(int kind, long address, int bytes, int count) {
    room(MAX_BYTES);
    buffer[length++] = LETTERS[kind];
    buffer[length++] = ' ';
    int digits = Math.max(1, (Long.SIZE - Long.numberOfLeadingZeros(address) + 3) / 4);
    for (int i = digits - 1; i >= 0; i--) {
      buffer[length++] = DIGITS[(int) (address >>> (4 * i)) & 0xF];
    }
    decimal(bytes);
    if (kind == RefBlock.CODE) {
      decimal(count);
    }
    buffer[length++] = '\n';
  }

  /** Adds all of another text. */
  public void add(RefText other) {
    room(other.length);
    System.arraycopy(other.buffer, 0, buffer, length, other.length);
    length += other.length;
  }

  private void decimal(int value) {
    buffer[length++] = ' ';
    int digits = 0;
    int left = value;
    do {
      reversed[digits++] = (byte) ('0' + left % 10);
      left /= 10;
    } while (left > 0);
    while (digits > 0) {
      buffer[length++] = reversed[--digits];
    }
  }
}
