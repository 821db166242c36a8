package dev.quarry.replay.compact;

/**
 * One half of a block, its events in columns. They are decoded as a whole, column by column, so
 * that nothing of a half is given out before all of it was found in order.
 *
 * <pre>
 *   long bytes   how many bytes the long steps take (varint)
 *   shapes       n numbers of 1 or 2 bytes
 *   steps        n bytes; 255 means the next of the long steps
 *   lengths      2 bits for each delta, lowest first: its bytes less one
 *   deltas       1 to 4 bytes each, lowest first: 0, -1, 1, -2, ... are 0, 1, 2, 3, ...
 *   long steps   varints
 * </pre>
 */
public final class Columns {
  private static final int[] MASK = {0xff, 0xffff, 0xffffff, -1};

  /** For each byte of four lengths, how many bytes the four deltas take. */
  private static final byte[] BYTES_OF_FOUR = new byte[1 << 8];

  static {
    for (int lengths = 0; lengths < BYTES_OF_FOUR.length; lengths++) {
      int sum = (lengths & 3) + (lengths >> 2 & 3) + (lengths >> 4 & 3) + (lengths >> 6);
      BYTES_OF_FOUR[lengths] = (byte) (sum + 4);
    }
  }

  private Block block;
  private int count;
  private int[] shapes = {};
  private long[] micros = {};
  private int[] pfns = {};

  Columns(Block block) {
    this.block = block;
  }

  void read(
      PayloadReader in, Block newBlock, Shapes table, int nrEvents, int width, long clockMicros) {
    block = newBlock;
    count = nrEvents;
    if (count > shapes.length) {
      shapes = new int[CompactForm.MAX_EVENTS];
      micros = new long[CompactForm.MAX_EVENTS];
      pfns = new int[CompactForm.MAX_EVENTS];
    }
    int longBytes = in.number("bytes of long steps", CompactForm.MAX_PAYLOAD_BYTES);
    readShapes(in.take(count * width, "the shapes"), width, table.count());
    int stepsAt = in.take(count, "the steps");
    int lengthsAt = in.take((count + 3) / 4, "the lengths");
    int deltasAt = in.take(deltaBytes(lengthsAt), "the deltas");
    int longAt = in.take(longBytes, "the long steps");
    readSteps(stepsAt, new PayloadReader(block, longAt, longAt + longBytes), clockMicros);
    readDeltas(lengthsAt, deltasAt, table);
  }

  private void readShapes(int at, int width, int nrShapes) {
    byte[] bytes = block.payload;
    int most = 0;
    for (int i = 0; i < count; i++) {
      int shape = width == 1 ? bytes[at + i] & 0xff : LittleEndian.getShort(bytes, at + 2 * i);
      shapes[i] = shape;
      most = Math.max(most, shape);
    }
    if (count > 0 && most >= nrShapes) {
      throw block.error("shape " + most + " of " + nrShapes);
    }
  }

  private void readSteps(int at, PayloadReader longSteps, long clockMicros) {
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
  }

  private int deltaBytes(int lengthsAt) {
    int sum = 0;
    for (int i = 0; i < (count + 3) / 4; i++) {
      sum += BYTES_OF_FOUR[block.payload[lengthsAt + i] & 0xff];
    }
    int unused = -count & 3; // lengths of 0 bits, which count as one byte each
    return sum - unused;
  }

  private void readDeltas(int lengthsAt, int deltasAt, Shapes table) {
    byte[] bytes = block.payload;
    long[] rules = table.frameRules();
    int[] last = table.lastFrames();
    int at = deltasAt;
    for (int i = 0; i < count; i++) {
      int length = bytes[lengthsAt + (i >> 2)] >> ((i & 3) << 1) & 3;
      int zigzag = LittleEndian.getInt(bytes, at) & MASK[length];
      at += length + 1;
      int delta = (zigzag >>> 1) ^ -(zigzag & 1);
      long rule = rules[shapes[i]];
      int slot = (int) rule;
      int pfn = last[slot] + delta;
      last[slot] = pfn;
      if (Integer.compareUnsigned(pfn, (int) (rule >>> Integer.SIZE)) > 0) {
        throw block.error("frame " + pfn + " is none of the block's");
      }
      pfns[i] = pfn;
    }
  }

  /** How many events the half has; they are numbered from 0. */
  public int count() {
    return count;
  }

  /** The shape of an event. */
  public int shape(int event) {
    return shapes[event];
  }

  /** The time of an event in microseconds. */
  public long micros(int event) {
    return micros[event];
  }

  /** The first frame of an event; 0 of a request that failed. */
  public int pfn(int event) {
    return pfns[event];
  }
}
