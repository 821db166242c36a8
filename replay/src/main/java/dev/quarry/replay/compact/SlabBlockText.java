package dev.quarry.replay.compact;

/** Gives the text that a block of slab events stands for. */
public final class SlabBlockText extends LineText {
  private static final byte[] LINE_END = {'\n'};

  private final SlabLine line = new SlabLine();
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

  @Override
  byte[] noteText(Notes notes, int note) {
    return notesToo ? notes.line(note) : LINE_END;
  }
}
