package dev.quarry.replay.read;

import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Arrays;

/**
 * A small text file, such as a copy of one under {@code /proc}, line by line. The file is read as a
 * whole and may have at most 8 MiB, a line at most 64 KiB. Bytes beyond ASCII become one character
 * each: they are no name or number and are refused where they are met.
 */
public final class LineReader {
  /** Largest file. */
  public static final int MAX_BYTES = 8 << 20;

  /** Longest line in bytes. */
  public static final int MAX_LINE_BYTES = 64 << 10;

  private final String file;
  private final byte[] bytes;
  private int next;
  private long line;
  private String text = "";

  private LineReader(String file, byte[] bytes) {
    this.file = file;
    this.bytes = bytes;
  }

  /**
   * Reads a file.
   *
   * @param name what messages call it
   * @throws RecordingException if it cannot be read, is damaged, or is larger than 8 MiB
   */
  public static LineReader open(Path file, String name) {
    return new LineReader(name, readAll(file, name, MAX_BYTES));
  }

  /**
   * The bytes of a file, unpacked.
   *
   * @param maxBytes more are refused
   * @throws RecordingException if it cannot be read, is damaged, or is larger
   */
  public static byte[] readAll(Path file, String name, int maxBytes) {
    try (ByteSource source = ByteSource.open(file, name)) {
      byte[] buffer = new byte[1 << 13];
      int size = 0;
      for (int n; (n = source.read(buffer, size, buffer.length - size)) >= 0; ) {
        size += n;
        if (size > maxBytes) {
          throw new RecordingException(name, "is larger than " + maxBytes + " bytes");
        }
        if (size == buffer.length) {
          buffer = Arrays.copyOf(buffer, 2 * size);
        }
      }
      return Arrays.copyOf(buffer, size);
    } catch (UnreadableException e) {
      throw new RecordingException(name, e.text());
    }
  }

  /**
   * Goes to the next line that holds something else than blanks.
   *
   * @return false at the end of the file
   * @throws RecordingException if the line is longer than 64 KiB
   */
  public boolean next() {
    while (next < bytes.length) {
      int end = next;
      while (end < bytes.length && bytes[end] != '\n') {
        end++;
      }
      line++;
      if (end - next > MAX_LINE_BYTES) {
        throw error("a line of " + (end - next) + " bytes; the longest is " + MAX_LINE_BYTES);
      }
      text = new String(bytes, next, end - next, StandardCharsets.ISO_8859_1).strip();
      next = end + 1;
      if (!text.isEmpty()) {
        return true;
      }
    }
    return false;
  }

  /** The line without blanks at its ends. */
  public String text() {
    return text;
  }

  /** The line, cut at its blanks. */
  public String[] words() {
    return text.split("\\s+");
  }

  /** Number of the line, from 1. */
  public long line() {
    return line;
  }

  /** The line's place. */
  public Place place() {
    return new Place(file, line);
  }

  /** What messages call the file. */
  public String file() {
    return file;
  }

  /** An error at this line. */
  public RecordingException error(String message) {
    return new RecordingException(place(), message);
  }

  /**
   * A number without sign.
   *
   * @param what names it in the message
   * @throws RecordingException unless it is one, at most {@code max}
   */
  public long number(String word, String what, long max) {
    boolean digits = !word.isEmpty() && word.chars().allMatch(c -> c >= '0' && c <= '9');
    if (!digits) {
      throw error(Quote.of(word) + " is not a number; " + what + " belongs here");
    }
    long value = word.length() > 18 ? Long.MAX_VALUE : Long.parseLong(word);
    if (value > max) {
      throw error(what + " " + Quote.of(word) + " is above the largest, " + max);
    }
    return value;
  }
}
