package dev.quarry.replay.compact;

import java.io.IOException;
import java.io.OutputStream;
import java.util.Arrays;

/** Gives the text that a block of slab events stands for. */
public final class SlabBlockText {
  private static final byte[] LINE_END = {'\n'};

  private final SlabLine line = new SlabLine();
  private byte[] buffer = new byte[1 << 12];
  private int length;
  private boolean notesToo;

  /** For any number of blocks. */
  public SlabBlockText() {}

  /**
   * Makes the text of a block.
   *
   * @param withNotes whether lines that are no events are there, or only their ends
   */
  public void read(SlabBlock block, boolean withNotes) {
    length = 0;
    notesToo = withNotes;
    long clock = block.clockMicros();
    int note = 0;
    for (int event = 0; event < block.events(); event++) {
      note = notesUpTo(block.notes(), note, event);
      line.set(
          block.shapes(), block.shape(event), block.micros(event) - clock, block.pointer(event));
      clock = block.micros(event);
      room(SlabLine.MAX_BYTES);
      length = line.write(buffer, length);
    }
    notesUpTo(block.notes(), note, block.events());
  }

  private int notesUpTo(Notes notes, int first, int event) {
    int note = first;
    while (note < notes.count() && notes.eventsBefore(note) <= event) {
      byte[] text = notesToo ? notes.line(note) : LINE_END;
      note++;
      room(text.length);
      System.arraycopy(text, 0, buffer, length, text.length);
      length += text.length;
    }
    return note;
  }

  private void room(int bytes) {
    if (buffer.length - length < bytes) {
      buffer = Arrays.copyOf(buffer, Math.max(2 * buffer.length, length + bytes));
    }
  }

  /** The array that holds the text, at its front. */
  public byte[] array() {
    return buffer;
  }

  /** How many bytes the text has. */
  public int length() {
    return length;
  }

  /** Writes the text. */
  public void writeTo(OutputStream out) throws IOException {
    out.write(buffer, 0, length);
  }
}
