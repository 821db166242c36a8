package dev.quarry.replay.recording;

import dev.quarry.replay.read.ByteSource;
import dev.quarry.replay.read.UnreadableException;
import java.io.Closeable;
import org.jspecify.annotations.Nullable;

/**
 * The lines of an event file in one fixed buffer, with a cursor that reads fields in place: no
 * object is made for a line or a field.
 *
 * <pre>
 *   buffer  [ line\n | line\n | li...          ]
 *             ^position         ^end      ^limit
 * </pre>
 *
 * <p>Everything before {@code end} is whole lines, so that a field may be read without asking
 * whether the buffer ends: its last byte is a line end, where every field stops.
 */
public final class EventLines implements Closeable {
  /** What {@link #number} gives where there is no number. */
  static final long NO_NUMBER = Long.MIN_VALUE;

  /** Longest line in bytes. */
  public static final int MAX_LINE_BYTES = 64 << 10;

  private static final int BUFFER_BYTES = 4 * MAX_LINE_BYTES;
  private static final int MAX_DIGITS = 18;
  private static final int MAX_HEX_DIGITS = 16;

  private final @Nullable ByteSource source;
  private final EventProblems problems;
  private final byte[] buffer;
  private int position;
  private int lineStart;
  private int end;
  private int limit;
  private long line;
  private boolean over;
  private long lastPointer;

  public EventLines(ByteSource source, EventProblems problems) {
    this.source = source;
    this.problems = problems;
    this.buffer = new byte[BUFFER_BYTES];
  }

  /**
   * Lines that are at hand.
   *
   * @param text is read in place
   * @param lineBefore number of the line before them
   */
  EventLines(byte[] text, int length, long lineBefore, EventProblems problems) {
    this.source = null;
    this.problems = problems;
    this.buffer = text;
    this.limit = length;
    this.line = lineBefore;
    this.end = afterLastLineEnd();
  }

  /** Goes to the next line; false at the end. The line before must have been left by its end. */
  public boolean next() {
    if (position == end && !fill()) {
      return false;
    }
    line++;
    lineStart = position;
    return true;
  }

  /** Number of the line, from 1. */
  public long line() {
    return line;
  }

  /** The byte under the cursor. */
  byte here() {
    return buffer[position];
  }

  /** Moves over one byte that is not a line end. */
  void step() {
    position++;
  }

  /**
   * Reads one blank and a decimal number that may be negative. Where there is none the cursor
   * stays, so that whatever is asked next fails as well: only the last field of a line needs a
   * test.
   */
  long number() {
    byte[] bytes = buffer;
    int p = position;
    if (bytes[p] != ' ') {
      return NO_NUMBER;
    }
    int c = bytes[++p];
    boolean negative = c == '-';
    if (negative) {
      c = bytes[++p];
    }
    int first = p;
    long value = 0;
    for (int digit = c - '0'; digit >= 0 && digit <= 9; digit = bytes[++p] - '0') {
      value = value * 10 + digit;
    }
    if (p == first || p - first > MAX_DIGITS) {
      return NO_NUMBER;
    }
    position = p;
    return negative ? -value : value;
  }

  /**
   * Reads one blank and a hexadecimal number, behind {@code v} one that is not in the direct map;
   * {@link #lastPointer} is it. Where there is none the cursor stays and this is false.
   */
  boolean pointer() {
    byte[] bytes = buffer;
    int p = position;
    if (bytes[p] != ' ') {
      return false;
    }
    boolean virtual = bytes[++p] == 'v';
    p += virtual ? 1 : 0;
    int first = p;
    long value = 0;
    for (int digit = Character.digit(bytes[p], 16); digit >= 0; ) {
      value = value << 4 | digit;
      digit = Character.digit(bytes[++p], 16);
    }
    if (p == first || p - first > MAX_HEX_DIGITS) {
      return false;
    }
    lastPointer = virtual ? value | SlabEvent.VIRTUAL : value;
    position = p;
    return true;
  }

  /** What {@link #pointer} read last. */
  long lastPointer() {
    return lastPointer;
  }

  /** Leaves the line if the cursor is at its end (LF, or CR LF); false and no move otherwise. */
  boolean leaveAtEnd() {
    if (buffer[position] == '\n') {
      position++;
      return true;
    }
    if (buffer[position] == '\r' && buffer[position + 1] == '\n') {
      position += 2;
      return true;
    }
    return false;
  }

  /** Whether the cursor is at the end of the line. */
  boolean atEnd() {
    return buffer[position] == '\n' || buffer[position] == '\r';
  }

  /** Leaves the line; gives its length in bytes without its end. */
  public int leave() {
    while (buffer[position] != '\n') {
      position++;
    }
    return position++ - lineStart;
  }

  /** The bytes of the line that was left last. */
  public byte[] lastLine() {
    int length = position - 1 - lineStart;
    if (length > 0 && buffer[lineStart + length - 1] == '\r') {
      length--;
    }
    byte[] bytes = new byte[length];
    System.arraycopy(buffer, lineStart, bytes, 0, length);
    return bytes;
  }

  /** Gets at least one whole line into the buffer; false when there is none left. */
  private boolean fill() {
    if (source == null) {
      endOfText();
      return false;
    }
    keepFrom(end);
    boolean discarding = false;
    while (!over) {
      if (limit > MAX_LINE_BYTES) {
        discarding = true;
        limit = 0;
      }
      if (!read(source, discarding)) {
        return false;
      }
      if (discarding) {
        int lineEnd = indexOfLineEnd();
        if (lineEnd == limit) {
          limit = 0;
          continue;
        }
        discarding = false;
        keepFrom(lineEnd + 1);
        tooLong(++line);
      }
      end = afterLastLineEnd();
      if (end > 0) {
        return true;
      }
    }
    return false;
  }

  /** Moves what is in the buffer from an offset on to its front. */
  private void keepFrom(int offset) {
    System.arraycopy(buffer, offset, buffer, 0, limit - offset);
    limit -= offset;
    position = 0;
    end = 0;
  }

  private void endOfText() {
    if (!over && limit > end) {
      cutLine();
    }
    over = true;
  }

  private void cutLine() {
    problems.add(EventProblem.CUT_LINE, line + 1, "the file ends within this line");
  }

  private boolean read(ByteSource source, boolean discarding) {
    try {
      int n = source.read(buffer, limit, buffer.length - limit);
      if (n > 0) {
        limit += n;
        return true;
      }
      over = true;
      if (discarding) {
        tooLong(line + 1);
      } else if (limit > 0) {
        cutLine();
      }
    } catch (UnreadableException e) {
      over = true;
      problems.add(EventProblem.DAMAGED_STREAM, line + 1, e.text());
    }
    return false;
  }

  private void tooLong(long where) {
    tooLong(problems, where);
  }

  /** Counts a line that is too long to be kept. */
  static void tooLong(EventProblems problems, long where) {
    problems.add(
        EventProblem.LINE_TOO_LONG, where, "the line is longer than " + MAX_LINE_BYTES + " bytes");
  }

  private int indexOfLineEnd() {
    int i = 0;
    while (i < limit && buffer[i] != '\n') {
      i++;
    }
    return i;
  }

  private int afterLastLineEnd() {
    int i = limit;
    while (i > 0 && buffer[i - 1] != '\n') {
      i--;
    }
    return i;
  }

  @Override
  public void close() {
    over = true;
    position = end;
    if (source != null) {
      source.close();
    }
  }
}
