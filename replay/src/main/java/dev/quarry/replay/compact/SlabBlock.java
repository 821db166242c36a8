package dev.quarry.replay.compact;

import dev.quarry.replay.read.RecordingException;

/**
 * The slab events of one block. They are decoded as a whole, column by column. One object is filled
 * anew for each block.
 *
 * <pre>
 *   events, first line, clock, duration, width of a shape's number, shift
 *   slots        n
 *   shapes       n, then kind (1 byte), slot, CPU, thread, fields of the kind
 *   notes        n, then events since the note before, length, bytes
 *   long bytes   how many bytes the long steps take
 *   shapes       a number of 1 or 2 bytes for each event
 *   steps        a byte each; 255 means the next of the long steps
 *   lengths      4 bits for each delta, lowest first: its bytes, 0 to 8
 *   deltas       0 to 8 bytes each, lowest first: 0, -1, 1, -2, ... are 0, 1, 2, 3, ...
 *   long steps   varints
 * </pre>
 *
 * <p>{@code pointer = (pointer of the event before it with its slot, beginning at 0, + delta) <<
 * shift}; the shift is of the lowest bits that are 0 in all pointers.
 */
public final class SlabBlock {
  private static final int MOST_SHIFT = 63;

  private final SlabShapes shapes = new SlabShapes();
  private final Notes notes;
  private Block block;
  private long firstLine;
  private long clockMicros;
  private long endMicros;
  private int count;
  private int[] shapeOf = {};
  private long[] micros = {};
  private long[] pointers = {};

  /** For the blocks of a file; holds none at first. */
  public SlabBlock(Block block) {
    this.block = block;
    this.notes = new Notes(block);
  }

  /**
   * Takes a block of type {@link CompactForm#EVENTS}.
   *
   * @throws RecordingException if it contradicts itself
   */
  public void read(Block newBlock) {
    block = newBlock;
    PayloadReader in = new PayloadReader(block, 0);
    count = in.number("events", CompactForm.MAX_EVENTS);
    if (count != block.events) {
      throw block.error("its columns have " + count + " events, its header " + block.events);
    }
    firstLine = in.longNumber("first line");
    clockMicros = in.signedNumber("clock");
    endMicros = clockMicros + in.longNumber("duration");
    int width = in.unsignedByte("width of a shape's number", 2);
    int shift = in.unsignedByte("shift", MOST_SHIFT);
    shapes.read(in);
    notes.readPlain(in, block);
    room();
    int longBytes = in.number("bytes of long steps", CompactForm.MAX_PAYLOAD_BYTES);
    readShapes(in.take(count * width, "the shapes"), width);
    int stepsAt = in.take(count, "the steps");
    int lengthsAt = in.take((count + 1) / 2, "the lengths");
    int deltasAt = in.take(LongDeltas.bytes(block, lengthsAt, count), "the deltas");
    int longAt = in.take(longBytes, "the long steps");
    if (in.left() != 0) {
      throw block.error(in.left() + " bytes are left behind the columns");
    }
    readSteps(stepsAt, new PayloadReader(block, longAt, longAt + longBytes));
    readDeltas(lengthsAt, deltasAt, shift);
  }

  private void room() {
    if (count > micros.length) {
      int size = Math.min(CompactForm.MAX_EVENTS, 2 * count);
      shapeOf = new int[size];
      micros = new long[size];
      pointers = new long[size];
    }
  }

  private void readShapes(int at, int width) {
    byte[] bytes = block.payload;
    int most = 0;
    for (int i = 0; i < count; i++) {
      int shape = width == 1 ? bytes[at + i] & 0xff : LittleEndian.getShort(bytes, at + 2 * i);
      shapeOf[i] = shape;
      most = Math.max(most, shape);
    }
    if (count > 0 && (width == 0 || most >= shapes.count())) {
      throw block.error("shape " + most + " of " + shapes.count());
    }
  }

  private void readSteps(int at, PayloadReader longSteps) {
    byte[] bytes = block.payload;
    long clock = clockMicros;
    for (int i = 0; i < count; i++) {
      int step = bytes[at + i] & 0xff;
      clock += step == CompactForm.LONG_STEP ? longSteps.longNumber("a long step") : step;
      micros[i] = clock;
    }
    if (longSteps.left() > 0) {
      throw block.error(longSteps.left() + " bytes of long steps are left over");
    }
    if (count > 0 && clock != endMicros) {
      throw block.error("its events end at " + clock + ", not at " + endMicros);
    }
  }

  private void readDeltas(int lengthsAt, int deltasAt, int shift) {
    byte[] bytes = block.payload;
    long[] last = shapes.last();
    int[] slots = shapes.slots();
    int at = deltasAt;
    for (int i = 0; i < count; i++) {
      int length = LongDeltas.length(bytes, lengthsAt, i);
      int slot = slots[shapeOf[i]];
      last[slot] += LongDeltas.value(bytes, at, length);
      at += length;
      pointers[i] = last[slot] << shift;
    }
  }

  /** How many events the block has; they are numbered from 0. */
  public int events() {
    return count;
  }

  /** The shape of an event. */
  public int shape(int event) {
    return shapeOf[event];
  }

  /** The time of an event in microseconds. */
  public long micros(int event) {
    return micros[event];
  }

  /** The pointer of an event. */
  public long pointer(int event) {
    return pointers[event];
  }

  /** What the numbers of shapes mean. */
  public SlabShapes shapes() {
    return shapes;
  }

  /** The lines that are no events. */
  public Notes notes() {
    return notes;
  }

  /** An error in this block. */
  public RecordingException error(String text) {
    return block.error(text);
  }

  /** Number of the block's first line in the text, from 1. */
  public long firstLine() {
    return firstLine;
  }

  /** From when the first step counts, in microseconds. */
  public long clockMicros() {
    return clockMicros;
  }
}
