package dev.quarry.replay.compact;

/** Gives the text that a block of events stands for. */
public final class BlockText extends LineText {
  private final EventLine line = new EventLine();

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
}
