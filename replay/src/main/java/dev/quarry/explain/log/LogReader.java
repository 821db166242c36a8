package dev.quarry.explain.log;

import dev.quarry.explain.log.text.Frame;
import dev.quarry.explain.log.text.LogLine;
import dev.quarry.explain.log.text.RawLines;
import dev.quarry.explain.log.text.SoftBreaks;
import dev.quarry.replay.read.ByteSource;
import dev.quarry.replay.read.Place;
import dev.quarry.replay.read.RecordingException;
import dev.quarry.replay.read.UnreadableException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.NoSuchElementException;
import org.jspecify.annotations.Nullable;

/**
 * Reads the memory reports of a kernel log, one by one, in the order of their first lines. The log
 * may be packed (gz, xz, zst). Memory does not depend on its length.
 *
 * <p>Lines that no report can begin with are sorted out by a test on their bytes; while a report is
 * under way, every line is looked at.
 */
public final class LogReader implements Iterator<MemoryReport>, AutoCloseable {
  /** So many lines are taken for being in one frame. */
  private static final int LEARN_EVERY = 40;

  private final ByteSource source;
  private final RawLines lines;
  private final Windows windows = new Windows();
  private final List<String> problems = new ArrayList<>();
  private @Nullable MemoryReport next;
  private boolean ended;
  private long lastTaken;

  /** How many lines to look at yet, since a word was found that may be of a first line cut off. */
  private int watched;

  private final SoftBreaks softBreaks = new SoftBreaks();
  private Frame frame = Frame.NONE;
  private long nextLearning;

  private LogReader(ByteSource source) {
    this.source = source;
    this.lines = new RawLines(source);
  }

  /**
   * Reads a log from a stream, unpacked as its first bytes say.
   *
   * @param name what messages call it
   * @throws RecordingException if it cannot be read
   */
  public static LogReader open(String name, InputStream in) {
    try {
      return new LogReader(ByteSource.ofByContent(in, name));
    } catch (IOException e) {
      throw new RecordingException(name, "cannot be opened: " + e.getMessage());
    }
  }

  /**
   * Reads a file, unpacked as its first bytes say.
   *
   * @param name what messages call it
   * @throws RecordingException if it cannot be opened
   */
  public static LogReader open(String name, Path file) {
    return new LogReader(ByteSource.openByContent(file, name));
  }

  /** All reports of a file. */
  public static List<MemoryReport> readAll(Path file) {
    Path name = file.getFileName();
    try (LogReader reader = open(name == null ? "" : name.toString(), file)) {
      List<MemoryReport> reports = new ArrayList<>();
      reader.forEachRemaining(reports::add);
      return reports;
    }
  }

  @Override
  public boolean hasNext() {
    while (next == null) {
      Window window = windows.poll();
      if (window != null) {
        next = Assembler.report(source.name(), window.lines(), window.kernel(), window.remark());
      } else if (ended) {
        return false;
      } else {
        readOn();
      }
    }
    return true;
  }

  @Override
  public MemoryReport next() {
    if (!hasNext()) {
      throw new NoSuchElementException();
    }
    MemoryReport report = next;
    next = null;
    if (report == null) {
      throw new NoSuchElementException();
    }
    return report;
  }

  /** Takes the next line that can matter. */
  private void readOn() {
    try {
      while (lines.next()) {
        // While a report is under way, all lines are looked at.
        boolean matters = !windows.isIdle() || lines.mayMatter();
        if (matters || watched > 0) {
          watched = matters ? RawLines.KEPT : watched - 1;
          learnFrame();
          lookBack();
          take();
          return;
        }
      }
    } catch (UnreadableException e) {
      problems.add(new Place(source.name(), lines.line()) + ": " + e.text());
    }
    ended = true;
    windows.closeAll();
  }

  private void take() {
    lastTaken = lines.line();
    String whole = softBreaks.add(lines.text());
    if (whole != null) {
      windows.take(line(lastTaken, whole));
    }
  }

  private LogLine line(long number, String raw) {
    return LogLine.of(number, frame.open(raw));
  }

  /** A line that has the words of a report and does not begin as one may be in a frame. */
  private void learnFrame() throws UnreadableException {
    if (lines.line() < nextLearning || !lines.mayMatter()) {
      return;
    }
    StatementKind kind = Head.of(line(lines.line(), lines.text()).text());
    if (kind == StatementKind.OTHER || kind == StatementKind.HEADER) {
      Iterable<String> ahead = lines.ahead(Frame.LOOK_BYTES);
      softBreaks.look(ahead);
      frame = Frame.learn(ahead);
      nextLearning = lines.line() + LEARN_EVERY;
    }
  }

  /** Gives the lines right before this one, of which nobody knew that they would matter. */
  private void lookBack() {
    long missed = lines.line() - 1 - lastTaken;
    if (missed > 0) {
      windows.skipped();
    }
    for (int before = (int) Math.min(missed, RawLines.KEPT); before > 0; before--) {
      if (lines.has(before)) {
        windows.before(line(lines.line() - before, lines.textBefore(before)));
      }
    }
  }

  /** What is wrong with the file itself, such as a damaged packing; what was read before stands. */
  public List<String> problems() {
    return List.copyOf(problems);
  }

  /** How many bytes, still packed, were read so far. */
  public long fileBytesRead() {
    return source.fileBytesRead();
  }

  /** How many lines were read so far. */
  public long lines() {
    return lines.line();
  }

  @Override
  public void close() {
    source.close();
  }
}
