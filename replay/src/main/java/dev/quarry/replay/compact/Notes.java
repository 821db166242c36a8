package dev.quarry.replay.compact;

import java.util.Arrays;

/**
 * The lines of a block of events that are no events: names, definitions, comments, empty lines.
 * Each stands behind so many of the block's requests and so many of its outcomes. What a shape
 * needs, definitions and times, stands before the first event.
 */
public final class Notes {
  private Block block;
  private int count;
  private int[] requests = new int[8];
  private int[] outcomes = new int[8];
  private int[] at = new int[8];
  private int[] length = new int[8];

  Notes(Block block) {
    this.block = block;
  }

  void read(PayloadReader in, Block newBlock) {
    block = newBlock;
    count = in.number("notes", in.left());
    grow();
    for (int i = 0; i < count; i++) {
      requests[i] = before(requests, i, in.number("requests before a note", block.events));
      outcomes[i] = before(outcomes, i, in.number("outcomes before a note", block.events));
      text(in, i);
    }
  }

  /** For a block of one half: all its events count as requests. */
  void readPlain(PayloadReader in, Block newBlock) {
    block = newBlock;
    count = in.number("notes", in.left());
    grow();
    for (int i = 0; i < count; i++) {
      requests[i] = before(requests, i, in.number("events before a note", block.events));
      outcomes[i] = 0;
      text(in, i);
    }
  }

  private void text(PayloadReader in, int i) {
    length[i] = in.number("length of a note", CompactForm.MAX_LINE_BYTES - 1);
    at[i] = in.take(length[i], "a note");
    if (requests[i] + outcomes[i] > block.events) {
      throw block.error("a note stands behind the last event");
    }
  }

  private void grow() {
    if (count > at.length) {
      int size = Math.max(count, 2 * at.length);
      requests = new int[size];
      outcomes = new int[size];
      at = new int[size];
      length = new int[size];
    }
  }

  private static int before(int[] sums, int i, int more) {
    return i == 0 ? more : sums[i - 1] + more;
  }

  /** How many notes there are; they are numbered from 0 in the order of their lines. */
  public int count() {
    return count;
  }

  /** How many of the block's requests stand before a note. */
  public int requestsBefore(int note) {
    return requests[note];
  }

  /** How many of the block's events stand before a note. */
  public int eventsBefore(int note) {
    return requests[note] + outcomes[note];
  }

  /** The line with its end. */
  public byte[] line(int note) {
    byte[] line = Arrays.copyOfRange(block.payload, at[note], at[note] + length[note] + 1);
    line[length[note]] = '\n';
    return line;
  }
}
