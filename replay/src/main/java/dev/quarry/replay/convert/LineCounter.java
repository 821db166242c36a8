package dev.quarry.replay.convert;

import java.io.IOException;
import java.io.OutputStream;

/** Hands text on and counts its lines. */
final class LineCounter extends OutputStream {
  private final OutputStream out;
  private long bytes;
  private long lines;
  private long events;
  private boolean inLine;

  /**
   * @param out not closed here
   */
  LineCounter(OutputStream out) {
    this.out = out;
  }

  @Override
  public void write(int b) throws IOException {
    write(new byte[] {(byte) b}, 0, 1);
  }

  @Override
  public void write(byte[] text, int offset, int length) throws IOException {
    for (int i = offset; i < offset + length; i++) {
      byte b = text[i];
      if (!inLine) {
        lines++;
        events += b == '#' || b == '\n' ? 0 : 1;
      }
      inLine = b != '\n';
    }
    bytes += length;
    out.write(text, offset, length);
  }

  long bytes() {
    return bytes;
  }

  /** Lines, the last one also without its end. */
  long lines() {
    return lines;
  }

  /** Lines that are neither empty nor begin with {@code #}. */
  long events() {
    return events;
  }
}
