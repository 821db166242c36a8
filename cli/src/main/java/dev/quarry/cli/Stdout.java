package dev.quarry.cli;

import java.io.BufferedOutputStream;
import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.io.PrintStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;

/**
 * The process's standard output, with failures that are seen.
 *
 * <p>A {@link PrintStream} swallows a failed write, so that {@code quarry replay ... | head} would
 * work on for nobody and a full disk would pass for success. Here such a write throws: {@link
 * ClosedPipe} where the reader went away, {@link UncheckedIOException} for every other reason. It
 * throws once: what is still buffered then goes nowhere.
 */
final class Stdout extends OutputStream {
  private static final int BUFFER_BYTES = 1 << 13;

  private final OutputStream target;
  private boolean failed;

  Stdout(OutputStream target) {
    this.target = target;
  }

  /** A buffered UTF-8 stream on the process's standard output; flushed by the caller at the end. */
  static PrintStream open() {
    OutputStream target = new FileOutputStream(FileDescriptor.out);
    return new PrintStream(
        new BufferedOutputStream(new Stdout(target), BUFFER_BYTES), false, StandardCharsets.UTF_8);
  }

  @Override
  public void write(int b) {
    write(new byte[] {(byte) b}, 0, 1);
  }

  @Override
  public void write(byte[] bytes, int offset, int length) {
    if (failed) {
      return;
    }
    try {
      target.write(bytes, offset, length);
    } catch (IOException e) {
      failed = true;
      if ("Broken pipe".equals(e.getMessage())) {
        throw new ClosedPipe(e);
      }
      throw new UncheckedIOException(
          new IOException("cannot write to the standard output: " + e.getMessage(), e));
    }
  }

  /** Nobody reads the standard output any more: a reason to stop, not an error. */
  static final class ClosedPipe extends UncheckedIOException {
    ClosedPipe(IOException cause) {
      super(cause);
    }
  }
}
