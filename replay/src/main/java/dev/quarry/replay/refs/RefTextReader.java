package dev.quarry.replay.refs;

import dev.quarry.replay.read.ByteSource;
import dev.quarry.replay.read.RecordingException;
import dev.quarry.replay.read.UnreadableException;

/** References as text: see {@link RefLines}. Memory does not depend on the file. */
public final class RefTextReader implements RefReader {
  private static final int BUFFER_BYTES = 4 * RefLines.MAX_LINE_BYTES;

  private final ByteSource source;
  private final RefProblems problems;
  private final RefLines lines;
  private final byte[] buffer = new byte[BUFFER_BYTES];
  private int at;
  private int end;
  private long line;
  private boolean ended;

  /** Whether the line that is read is too long, and was counted. */
  private boolean skipping;

  /**
   * For a file.
   *
   * @param source closed with this
   * @param strict whether the first wrong line ends the reading
   */
  public RefTextReader(ByteSource source, boolean strict) {
    this.source = source;
    this.problems = new RefProblems(source.name(), strict);
    this.lines = new RefLines(problems);
  }

  @Override
  public boolean next(RefBatch batch) {
    batch.size = 0;
    while (!batch.isFull()) {
      int stop = at;
      while (stop < end && buffer[stop] != '\n') {
        stop++;
      }
      if (stop < end) {
        line(stop, batch);
        at = stop + 1;
      } else if (!more()) {
        break;
      }
    }
    return batch.size > 0;
  }

  private void line(int stop, RefBatch batch) {
    line++;
    if (skipping) {
      skipping = false;
    } else if (stop - at > RefLines.MAX_LINE_BYTES) {
      problems.addLongLine(line);
    } else {
      lines.read(buffer, at, stop, line, batch);
    }
  }

  /** Brings more bytes; false at the end, where the last line may lack its own. */
  private boolean more() {
    if (ended) {
      return false;
    }
    System.arraycopy(buffer, at, buffer, 0, end - at);
    end -= at;
    at = 0;
    if (end > RefLines.MAX_LINE_BYTES) {
      if (!skipping) {
        problems.addLongLine(line + 1);
      }
      skipping = true;
      end = 0;
    }
    int got = read();
    if (got >= 0) {
      end += got;
      return true;
    }
    ended = true;
    if (end > 0) {
      buffer[end++] = '\n';
    }
    return end > 0;
  }

  private int read() {
    try {
      return source.read(buffer, end, buffer.length - end - 1);
    } catch (UnreadableException e) {
      throw new RecordingException(source.name(), e.text());
    }
  }

  @Override
  public RefProblems problems() {
    return problems;
  }

  @Override
  public String command() {
    return lines.command();
  }

  @Override
  public long fileBytesRead() {
    return source.fileBytesRead();
  }

  @Override
  public void close() {
    source.close();
  }
}
