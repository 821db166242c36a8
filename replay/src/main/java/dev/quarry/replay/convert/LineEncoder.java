package dev.quarry.replay.convert;

import dev.quarry.replay.compact.CompactForm;
import dev.quarry.replay.compact.CompactOutput;
import dev.quarry.replay.compact.TextBlockBuilder;
import java.io.IOException;
import java.io.OutputStream;

/**
 * Takes text in pieces and writes it in a compact form line by line: events that numbers give back
 * byte for byte go into columns, names and comments become notes; every other line is kept as it
 * is, in blocks of text.
 */
abstract class LineEncoder extends OutputStream {
  /** A block of text, once begun, takes so much, whatever it is: blocks of one line are dear. */
  private static final int ENOUGH_TEXT_BYTES = 1 << 10;

  private final CompactOutput out;
  private final TextBlockBuilder text = new TextBlockBuilder();
  private final byte[] line = new byte[CompactForm.MAX_LINE_BYTES];
  private int length;
  private boolean inGiant;
  private long lineNumber = 1;

  LineEncoder(CompactOutput out) {
    this.out = out;
  }

  final CompactOutput out() {
    return out;
  }

  /** Whether a line is no event. */
  abstract boolean isNote(byte[] line);

  /** Whether columns can hold a line that is no note; {@link #event} then takes it. */
  abstract boolean isColumns(byte[] line);

  abstract void note(byte[] line, int length, long number) throws IOException;

  abstract void event(byte[] line, int length, long number) throws IOException;

  /** Adds a line to a block of text, which may be empty, and reads it. */
  abstract void text(TextBlockBuilder block, byte[] line, int length, long number)
      throws IOException;

  /** Writes the events and notes that were collected. */
  abstract void flushEvents() throws IOException;

  /** A block of text was written. */
  abstract void textWritten();

  @Override
  public final void write(int b) throws IOException {
    write(new byte[] {(byte) b}, 0, 1);
  }

  @Override
  public final void write(byte[] bytes, int offset, int count) throws IOException {
    out.text(bytes, offset, count);
    int end = offset + count;
    for (int at = offset; at < end; ) {
      int stop = at;
      while (stop < end && bytes[stop] != '\n') {
        stop++;
      }
      boolean whole = stop < end;
      int next = whole ? stop + 1 : stop;
      collect(bytes, at, next - at);
      if (whole) {
        endOfLine();
      }
      at = next;
    }
  }

  private void collect(byte[] bytes, int offset, int count) throws IOException {
    int at = offset;
    int left = count;
    while (left > line.length - length) {
      int part = line.length - length;
      System.arraycopy(bytes, at, line, length, part);
      length += part;
      pieceOfGiant();
      at += part;
      left -= part;
    }
    System.arraycopy(bytes, at, line, length, left);
    length += left;
  }

  private void endOfLine() throws IOException {
    if (inGiant) {
      pieceOfGiant();
      inGiant = false;
    } else {
      wholeLine();
    }
    length = 0;
    lineNumber++;
  }

  private void pieceOfGiant() throws IOException {
    flushEvents();
    flushText();
    text.giant(out, !inGiant, lineNumber, line, length);
    inGiant = true;
    length = 0;
  }

  private void wholeLine() throws IOException {
    boolean moreText = !text.isEmpty() && text.textBytes() < ENOUGH_TEXT_BYTES;
    if (!moreText && isNote(line)) {
      flushText();
      note(line, length, lineNumber);
    } else if (!moreText && isColumns(line)) {
      flushText();
      event(line, length, lineNumber);
    } else {
      flushEvents();
      text();
    }
  }

  private void text() throws IOException {
    if (!text.hasRoom(length)) {
      flushText();
    }
    text(text, line, length, lineNumber);
  }

  private void flushText() throws IOException {
    if (!text.isEmpty()) {
      text.write(out);
      textWritten();
    }
  }

  /** Ends the file; what the text ends with, if it is no whole line, is kept too. */
  @Override
  public final void close() throws IOException {
    if (inGiant) {
      if (length > 0) {
        pieceOfGiant();
      }
    } else if (length > 0) {
      flushEvents();
      text();
    }
    flushEvents();
    flushText();
    out.end(inGiant || length > 0 ? lineNumber : lineNumber - 1);
  }
}
