package dev.quarry.replay.report;

import dev.quarry.replay.play.KernelFrames.FrameLog;
import dev.quarry.replay.recording.RequestEvents;
import java.io.BufferedWriter;
import java.io.Closeable;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;

/**
 * Writes, for each allocation that the kernel served, the frame that the machine named and the
 * kernel's, so that others can count again: a line each, {@code named kernel micros cpu order
 * type}, decimal; {@code named} is -1 where the machine had none. The file appears when it is
 * whole.
 */
public final class FramesFile implements FrameLog, Closeable {
  private final Path file;
  private final Path unfinished;
  private final BufferedWriter out;
  private boolean whole;

  /**
   * Begins a file.
   *
   * @throws IOException if it cannot be written there
   */
  public FramesFile(Path file) throws IOException {
    if (Files.isDirectory(file)) {
      throw new IOException("cannot write " + file + ": is a folder");
    }
    this.file = file;
    this.unfinished = file.resolveSibling(file.getFileName() + ".part");
    this.out = Files.newBufferedWriter(unfinished, StandardCharsets.US_ASCII);
    out.write("# named kernel micros cpu order type\n");
  }

  @Override
  public void named(RequestEvents request, int named) {
    try {
      out.write(Integer.toString(named));
      field(request.handle());
      field(request.timeMicros());
      field(request.cpu());
      field(request.order());
      field(request.migrateType());
      out.write('\n');
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private void field(long number) throws IOException {
    out.write(' ');
    out.write(Long.toString(number));
  }

  /** All allocations were written. */
  public void finish() {
    whole = true;
  }

  @Override
  public void close() throws IOException {
    out.close();
    if (whole) {
      Files.move(unfinished, file, StandardCopyOption.REPLACE_EXISTING);
    } else {
      Files.deleteIfExists(unfinished);
    }
  }
}
