package dev.quarry.replay.compact;

import java.io.IOException;
import java.io.OutputStream;
import java.util.Arrays;

/** Gives the text that a block of events stands for. */
public final class BlockText {
  private final EventLine line = new EventLine();
  private byte[] buffer = new byte[1 << 16];
  private int length;

  /** For any number of blocks. */
  public BlockText() {}

  /**
   * Makes the text of a block, from a note on.
   *
   * @param firstNote notes before this one, which stand before all events, are left out
   */
  public void read(EventBlock block, int firstNote) {
    length = 0;
    Columns[] halves = {block.requests(), block.outcomes()};
    int[] next = {0, 0};
    int[] last = block.shapes().bases();
    long clock = block.clockMicros();
    int note = firstNote;
    for (int event = 0; event < block.events(); event++) {
      note = notesUpTo(block.notes(), note, event);
      int half = block.isOutcome(event) ? 1 : 0;
      clock = event(block.shapes(), halves[half], next[half]++, clock, last);
    }
    notesUpTo(block.notes(), note, block.events());
  }

  /** Writes one event, and gives its time. */
  private long event(Shapes shapes, Columns half, int index, long clock, int[] last) {
    int shape = half.shape(index);
    int slot = shapes.slot(shape);
    line.set(shapes, shape, half.micros(index) - clock, half.pfn(index) - last[slot]);
    last[slot] = half.pfn(index);
    room(EventLine.MAX_BYTES);
    length = line.write(buffer, length);
    return half.micros(index);
  }

  private int notesUpTo(Notes notes, int first, int event) {
    int note = first;
    while (note < notes.count() && notes.eventsBefore(note) <= event) {
      byte[] text = notes.line(note++);
      room(text.length);
      System.arraycopy(text, 0, buffer, length, text.length);
      length += text.length;
    }
    return note;
  }

  private void room(int count) {
    if (buffer.length - length < count) {
      buffer = Arrays.copyOf(buffer, Math.max(2 * buffer.length, length + count));
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
