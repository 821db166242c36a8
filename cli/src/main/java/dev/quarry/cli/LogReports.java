package dev.quarry.cli;

import dev.quarry.explain.log.LogReader;
import dev.quarry.explain.log.MemoryReport;
import dev.quarry.replay.read.ByteSource;
import dev.quarry.replay.read.RecordingException;
import java.nio.file.Path;
import java.util.Iterator;
import java.util.List;
import java.util.Locale;
import java.util.NoSuchElementException;
import java.util.function.Consumer;
import java.util.function.LongConsumer;
import org.jspecify.annotations.Nullable;

/**
 * The reports of several logs, one log after the other. A log that cannot be read is named and left
 * out; a log without a report is named, too.
 */
final class LogReports implements Iterator<MemoryReport>, AutoCloseable {
  private static final int LOOKED_AT_BYTES = 4096;
  private static final int MOST_STRANGE_PERCENT = 10;

  /** Of more files than these, those without a report are counted, not named. */
  private static final int FEW_FILES = 8;

  private final Iterator<String> files;
  private final int fileCount;
  private final Consumer<String> complaints;
  private final LongConsumer progress;
  private @Nullable LogReader reader;
  private String file = "";
  private long bytesOfFilesRead;
  private long reportsOfFile;
  private long reports;
  private int filesWithout;
  private boolean unreadable;

  /**
   * Reports of files.
   *
   * @param complaints takes what is wrong with a file, in a line
   * @param progress takes the bytes that were read so far
   */
  LogReports(List<String> files, Consumer<String> complaints, LongConsumer progress) {
    this.files = files.iterator();
    this.fileCount = files.size();
    this.complaints = complaints;
    this.progress = progress;
  }

  @Override
  public boolean hasNext() {
    while (true) {
      try {
        if (reader != null && reader.hasNext()) {
          return true;
        }
        endFile();
        if (!files.hasNext()) {
          sayHowManyWithout();
          return false;
        }
        file = files.next();
        reader = open();
      } catch (RecordingException e) {
        unreadable = true;
        complaints.accept(e.getMessage());
        closeFile();
      }
    }
  }

  private LogReader open() {
    return file.equals(LogFiles.STDIN)
        ? LogReader.open("stdin", System.in)
        : LogReader.open(file, Path.of(file));
  }

  @Override
  public MemoryReport next() {
    if (!hasNext() || reader == null) {
      throw new NoSuchElementException();
    }
    reportsOfFile++;
    reports++;
    MemoryReport report = reader.next();
    progress.accept(bytesOfFilesRead + reader.fileBytesRead());
    return report;
  }

  private void endFile() {
    LogReader read = reader;
    if (read == null) {
      return;
    }
    for (String problem : read.problems()) {
      unreadable = true;
      complaints.accept(problem);
    }
    if (reportsOfFile == 0 && read.problems().isEmpty()) {
      without(read.lines());
    }
    bytesOfFilesRead += read.fileBytesRead();
    progress.accept(bytesOfFilesRead);
    closeFile();
  }

  private void without(long lines) {
    filesWithout++;
    if (fileCount <= FEW_FILES) {
      complaints.accept(shownName() + ": " + nothing(lines));
    }
  }

  private void sayHowManyWithout() {
    if (fileCount > FEW_FILES && filesWithout > 0) {
      complaints.accept(
          String.format(
              Locale.ROOT,
              "%,d of %,d files have no memory report of a kernel",
              filesWithout,
              fileCount));
      filesWithout = 0;
    }
  }

  private void closeFile() {
    if (reader != null) {
      reader.close();
    }
    reader = null;
    reportsOfFile = 0;
  }

  private String shownName() {
    return file.equals(LogFiles.STDIN) ? "stdin" : file;
  }

  private String nothing(long lines) {
    if (lines == 0) {
      return "is empty: no memory report of a kernel";
    }
    if (!file.equals(LogFiles.STDIN) && isBinary()) {
      return "no memory report of a kernel: it is no text, as a log is";
    }
    return String.format(
        Locale.ROOT,
        "no memory report of a kernel in %,d line%s: neither \"page allocation failure\" nor"
            + " \"invoked oom-killer\" nor \"Mem-Info:\"",
        lines,
        lines == 1 ? "" : "s");
  }

  /** Whether the first bytes are such as no log has. */
  private boolean isBinary() {
    try (ByteSource source = ByteSource.openByContent(Path.of(file), file)) {
      byte[] head = source.peek(LOOKED_AT_BYTES);
      int strange = 0;
      for (byte b : head) {
        strange += b >= 0 && b < ' ' && b != '\n' && b != '\r' && b != '\t' && b != 0x1b ? 1 : 0;
      }
      return 100 * strange > MOST_STRANGE_PERCENT * head.length;
    }
  }

  /** How many reports there were so far. */
  long reports() {
    return reports;
  }

  /** Whether a log could not be read, or not to its end. */
  boolean isUnreadable() {
    return unreadable;
  }

  @Override
  public void close() {
    closeFile();
  }
}
