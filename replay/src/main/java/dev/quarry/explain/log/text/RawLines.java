package dev.quarry.explain.log.text;

import dev.quarry.replay.read.ByteSource;
import dev.quarry.replay.read.UnreadableException;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Iterator;
import java.util.NoSuchElementException;

/**
 * The lines of a file as they lie in a buffer. The last {@link #KEPT} lines before the current one
 * stay there, since a report may begin before the words that give it away.
 *
 * <pre>
 *   buffer  |.....| kept line | kept line | current line |  not looked at yet  |
 *                 ^ starts[oldest]        ^ from         ^ to                  ^ filled
 * </pre>
 */
public final class RawLines {
  /** How many lines before the current one can be asked for. */
  public static final int KEPT = 4;

  /** What is longer is no line of a kernel; its rest is passed over. */
  public static final int MOST_LINE_BYTES = 1 << 16;

  private static final int BUFFER_BYTES = 1 << 18;

  private final ByteSource source;
  private byte[] buffer = new byte[BUFFER_BYTES];
  private int filled;
  private int from;
  private int to;
  private int next;
  private boolean ended;
  private long line;

  /** Starts and ends of the lines before, the newest at index 0; -1 where there is none. */
  private final int[] starts = new int[KEPT];

  private final int[] ends = new int[KEPT];

  /** Lines of a source, which is not closed here. */
  public RawLines(ByteSource source) {
    this.source = source;
    Arrays.fill(starts, -1);
  }

  /**
   * Goes to the next line.
   *
   * @return false at the end
   * @throws UnreadableException if the source cannot be read on
   */
  public boolean next() throws UnreadableException {
    if (line > 0) {
      remember();
    }
    from = next;
    int end = next;
    while (true) {
      while (end < filled && buffer[end] != '\n') {
        end++;
      }
      if (end < filled) {
        break;
      }
      if (ended) {
        if (end == from) {
          return false;
        }
        break;
      }
      int shift = fill();
      end -= shift;
    }
    next = Math.min(end + 1, filled);
    line++;
    to = trimmed(Math.min(end, from + MOST_LINE_BYTES));
    return true;
  }

  private int trimmed(int end) {
    int last = end;
    while (last > from && buffer[last - 1] == '\r') {
      last--;
    }
    return last;
  }

  private void remember() {
    System.arraycopy(starts, 0, starts, 1, KEPT - 1);
    System.arraycopy(ends, 0, ends, 1, KEPT - 1);
    starts[0] = from;
    ends[0] = to;
  }

  /** Reads on; gives by how much all that is kept moved towards the beginning. */
  private int fill() throws UnreadableException {
    int shift = makeRoom();
    int n = source.read(buffer, filled, buffer.length - filled);
    if (n < 0) {
      ended = true;
    } else {
      filled += n;
    }
    return shift;
  }

  private int makeRoom() {
    if (filled < buffer.length) {
      return 0;
    }
    int oldest = from;
    for (int start : starts) {
      oldest = start < 0 ? oldest : Math.min(oldest, start);
    }
    if (oldest == 0 || filled - oldest > BUFFER_BYTES / 2) {
      Arrays.fill(starts, -1);
      oldest = from;
    }
    if (filled - oldest > BUFFER_BYTES / 2) {
      // A line without end: its beginning stays, its rest is passed over.
      int kept = Math.min(filled - from, MOST_LINE_BYTES);
      System.arraycopy(buffer, from, buffer, 0, kept);
      int shift = filled - kept;
      from = 0;
      filled = kept;
      return shift;
    }
    System.arraycopy(buffer, oldest, buffer, 0, filled - oldest);
    filled -= oldest;
    from -= oldest;
    for (int i = 0; i < KEPT; i++) {
      starts[i] = starts[i] < 0 ? -1 : starts[i] - oldest;
      ends[i] -= oldest;
    }
    return oldest;
  }

  /**
   * The lines that follow, as far as they are within so many bytes; none of them is taken. They can
   * be read until the next line is.
   *
   * @throws UnreadableException if the source cannot be read on
   */
  public Iterable<String> ahead(int bytes) throws UnreadableException {
    while (!ended && filled - next < bytes && (filled < buffer.length || hasRoomBehind())) {
      int shift = fill();
      next -= shift;
      to -= shift;
    }
    return () -> new Ahead(next, Math.min(filled, next + bytes));
  }

  /** Lines that are made when they are asked for: most who look ahead soon know enough. */
  private final class Ahead implements Iterator<String> {
    private final int end;
    private int begin;
    private int newLine;

    Ahead(int begin, int end) {
      this.begin = begin;
      this.end = end;
      this.newLine = find(begin);
    }

    private int find(int at) {
      int i = at;
      while (i < end && buffer[i] != '\n') {
        i++;
      }
      return i;
    }

    @Override
    public boolean hasNext() {
      return newLine < end;
    }

    @Override
    public String next() {
      if (!hasNext()) {
        throw new NoSuchElementException();
      }
      int last = newLine > begin && buffer[newLine - 1] == '\r' ? newLine - 1 : newLine;
      String text = new String(buffer, begin, last - begin, StandardCharsets.ISO_8859_1);
      begin = newLine + 1;
      newLine = find(begin);
      return text;
    }
  }

  /** Whether moving what is kept to the beginning makes room without dropping anything. */
  private boolean hasRoomBehind() {
    int oldest = from;
    for (int start : starts) {
      oldest = start < 0 ? oldest : Math.min(oldest, start);
    }
    return oldest > 0 && filled - oldest <= BUFFER_BYTES / 2;
  }

  /** Number of the line, from 1. */
  public long line() {
    return line;
  }

  /** The line, a character for each byte. */
  public String text() {
    return new String(buffer, from, to - from, StandardCharsets.ISO_8859_1);
  }

  /** Whether a line so many before the current one is still there. */
  public boolean has(int before) {
    return starts[before - 1] >= 0;
  }

  /** A line before the current one; 1 is the last. */
  public String textBefore(int before) {
    int start = starts[before - 1];
    return new String(buffer, start, ends[before - 1] - start, StandardCharsets.ISO_8859_1);
  }

  /**
   * Whether the line has one of the words with which a report begins, also one that begins at the
   * end of the line before.
   */
  public boolean mayMatter() {
    int begin = from;
    if (starts[0] >= 0) {
      begin = Math.max(starts[0], ends[0] - Trigger.LONGEST);
    }
    return Trigger.in(buffer, begin, from, to);
  }
}
