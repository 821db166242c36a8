package dev.quarry.replay.read;

import java.io.Closeable;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;

/**
 * A large text file, word by word, in one pass and with a fixed buffer: lines may have any length
 * (a free list of a million blocks is one line), words at most 4 KiB.
 */
public final class TokenReader implements Closeable {
  private static final int BUFFER_BYTES = 1 << 16;
  private static final int MAX_WORD_BYTES = 4 << 10;
  private static final int END = -1;

  private final ByteSource source;
  private final byte[] buffer = new byte[BUFFER_BYTES];
  private final byte[] word = new byte[MAX_WORD_BYTES];
  private int position;
  private int limit;
  private long line;
  private boolean inLine;

  private TokenReader(ByteSource source) {
    this.source = source;
  }

  /**
   * Opens a file.
   *
   * @param name what messages call it
   * @throws RecordingException if it cannot be opened
   */
  public static TokenReader open(Path file, String name) {
    return new TokenReader(ByteSource.open(file, name));
  }

  /**
   * Goes to the next line that holds something else than blanks; what is left of this one is
   * skipped.
   *
   * @return false at the end of the file
   */
  public boolean nextLine() {
    if (inLine) {
      skipLine();
    }
    while (peek() != END) {
      line++;
      inLine = true;
      if (hasMore()) {
        return true;
      }
      skipLine();
    }
    return false;
  }

  /** Whether another word stands on this line. */
  public boolean hasMore() {
    int c = peek();
    while (c == ' ' || c == '\t' || c == '\r') {
      position++;
      c = peek();
    }
    return c != '\n' && c != END;
  }

  /**
   * The next word of this line.
   *
   * @param what names it in the message
   * @throws RecordingException if there is none, or if it is longer than 4 KiB
   */
  public String word(String what) {
    if (!hasMore()) {
      throw error("the line ends where " + what + " belongs");
    }
    int length = 0;
    for (int c = peek(); c > ' '; c = peek()) {
      if (length == MAX_WORD_BYTES) {
        throw error(what + " is longer than " + MAX_WORD_BYTES + " bytes");
      }
      word[length++] = (byte) c;
      position++;
    }
    if (length == 0) {
      throw error("a control character stands where " + what + " belongs");
    }
    return new String(word, 0, length, StandardCharsets.ISO_8859_1);
  }

  /**
   * The next word, which must be the given one.
   *
   * @throws RecordingException if it is another
   */
  public void expect(String expected) {
    String found = word(Quote.of(expected));
    if (!found.equals(expected)) {
      throw error(Quote.of(found) + " stands where " + Quote.of(expected) + " belongs");
    }
  }

  /** The next character of this line that is no blank. */
  public char letter(String what) {
    if (!hasMore()) {
      throw error("the line ends where " + what + " belongs");
    }
    return (char) (buffer[position++] & 0xff);
  }

  /**
   * The next word as a hexadecimal number.
   *
   * @param what names it in the message
   * @param max larger ones are refused
   * @param bound names {@code max} in the message
   */
  public int hex(String what, int max, String bound) {
    return number(what, 16, max, bound);
  }

  /**
   * The next word as a decimal number.
   *
   * @param what names it in the message
   * @param max larger ones are refused
   * @param bound names {@code max} in the message
   */
  public int decimal(String what, int max, String bound) {
    return number(what, 10, max, bound);
  }

  private int number(String what, int radix, int max, String bound) {
    if (!hasMore()) {
      throw error("the line ends where " + what + " belongs");
    }
    long value = 0;
    boolean any = false;
    for (int c = peek(); c > ' '; c = peek()) {
      int digit = c < 0x80 ? Character.digit(c, radix) : -1;
      if (digit < 0) {
        throw error(Quote.of(String.valueOf((char) c)) + " is not a digit of " + what);
      }
      value = Math.min(value * radix + digit, Integer.MAX_VALUE + 1L);
      position++;
      any = true;
    }
    if (!any) {
      throw error("a control character stands where " + what + " belongs");
    }
    if (value > max) {
      throw error(
          what + " " + shown(value, radix) + " is above " + bound + " " + shown(max, radix));
    }
    return (int) value;
  }

  private static String shown(long value, int radix) {
    if (value > Integer.MAX_VALUE) {
      return "of more than 31 bits";
    }
    return radix == 16 ? value + " (0x" + Long.toHexString(value) + ")" : Long.toString(value);
  }

  private void skipLine() {
    int c = peek();
    while (c != '\n' && c != END) {
      position++;
      c = peek();
    }
    if (c == '\n') {
      position++;
    }
    inLine = false;
  }

  /** The byte under the cursor, 0 to 255, or {@link #END}. */
  private int peek() {
    if (position == limit && !fill()) {
      return END;
    }
    return buffer[position] & 0xff;
  }

  private boolean fill() {
    try {
      int n = source.read(buffer, 0, buffer.length);
      position = 0;
      limit = Math.max(n, 0);
      return n > 0;
    } catch (UnreadableException e) {
      throw error(e.text());
    }
  }

  /** Number of the line, from 1. */
  public long line() {
    return line;
  }

  /** The line's place. */
  public Place place() {
    return new Place(source.name(), line);
  }

  /** An error at this line. */
  public RecordingException error(String message) {
    return new RecordingException(place(), message);
  }

  @Override
  public void close() {
    source.close();
  }
}
