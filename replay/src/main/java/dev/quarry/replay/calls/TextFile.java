package dev.quarry.replay.calls;

import dev.quarry.replay.read.ByteSource;
import dev.quarry.replay.read.UnreadableException;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;

/** A large text file, line by line; plain, {@code .xz} or {@code .zst}. */
public final class TextFile implements AutoCloseable {
  /** Longer lines are left out. */
  public static final int MAX_LINE_BYTES = 64 << 10;

  private static final int BUFFER_BYTES = 1 << 16;

  private final ByteSource source;
  private final String name;
  private final Complaints complaints;
  private final byte[] buffer = new byte[BUFFER_BYTES];
  private final ByteArrayOutputStream parts = new ByteArrayOutputStream();
  private int at;
  private int limit;
  private long line;

  /** Of the line, also those that are not kept. */
  private long bytes;

  private String text = "";
  private boolean ended;

  /**
   * Opens a file.
   *
   * @param name what messages call it
   * @throws dev.quarry.replay.read.RecordingException if it cannot be opened
   */
  public TextFile(Path file, String name, Complaints complaints) {
    this.source = ByteSource.openByContent(file, name);
    this.name = name;
    this.complaints = complaints;
  }

  /** Goes to the next line; false at the end. A line without an end is one that was cut off. */
  public boolean next() {
    while (!ended) {
      boolean whole = readLine();
      if (parts.size() > MAX_LINE_BYTES) {
        wrong("line longer than 64 KiB", "it has " + bytes + " bytes");
      } else if (whole) {
        text = parts.toString(StandardCharsets.ISO_8859_1);
        return true;
      } else if (parts.size() > 0) {
        wrong("last line without an end", parts.size() + " bytes");
      }
    }
    return false;
  }

  private boolean readLine() {
    parts.reset();
    bytes = 0;
    line++;
    while (true) {
      if (at == limit && !fill()) {
        ended = true;
        return false;
      }
      int from = at;
      while (at < limit && buffer[at] != '\n') {
        at++;
      }
      bytes += at - from;
      if (parts.size() <= MAX_LINE_BYTES) {
        parts.write(buffer, from, at - from);
      }
      if (at < limit) {
        at++;
        return true;
      }
    }
  }

  private boolean fill() {
    try {
      limit = Math.max(0, source.read(buffer, 0, buffer.length));
    } catch (UnreadableException e) {
      wrong("file cannot be read to its end", e.text());
      limit = 0;
    }
    at = 0;
    return limit > 0;
  }

  /** Counts this line as wrong. */
  public void wrong(String kind, String why) {
    complaints.add(name, line, kind, why);
  }

  /** The line without its end. */
  public String text() {
    return text;
  }

  /** Its number, from 1. */
  public long line() {
    return line;
  }

  /** How much of the file, still packed, was read. */
  public long bytesRead() {
    return source.fileBytesRead();
  }

  @Override
  public void close() {
    source.close();
  }
}
