package dev.quarry.replay.compact;

import java.io.IOException;
import java.io.OutputStream;
import java.util.Arrays;

/** Text of lines that is built up in one array, which is used again for each block. */
abstract class LineText {
  byte[] buffer = new byte[1 << 12];
  int length;

  /** Makes room for so many bytes more. */
  final void room(int bytes) {
    if (buffer.length - length < bytes) {
      buffer = Arrays.copyOf(buffer, Math.max(2 * buffer.length, length + bytes));
    }
  }

  /** Adds the notes that stand before an event, from {@code first} on; gives the next one. */
  final int notesUpTo(Notes notes, int first, int event) {
    int note = first;
    while (note < notes.count() && notes.eventsBefore(note) <= event) {
      byte[] text = noteText(notes, note++);
      room(text.length);
      System.arraycopy(text, 0, buffer, length, text.length);
      length += text.length;
    }
    return note;
  }

  /** What stands for a note. */
  byte[] noteText(Notes notes, int note) {
    return notes.line(note);
  }

  /** The array that holds the text, at its front. */
  public final byte[] array() {
    return buffer;
  }

  /** How many bytes the text has. */
  public final int length() {
    return length;
  }

  /** Writes the text. */
  public final void writeTo(OutputStream out) throws IOException {
    out.write(buffer, 0, length);
  }
}
