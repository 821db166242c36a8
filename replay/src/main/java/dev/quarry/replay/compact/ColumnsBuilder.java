package dev.quarry.replay.compact;

import java.util.Arrays;

/** Collects one half of a block; the other side of {@link Columns}. */
final class ColumnsBuilder {
  private final short[] shapes = new short[CompactForm.MAX_EVENTS];
  private final PayloadWriter steps = new PayloadWriter();
  private final byte[] lengths = new byte[CompactForm.MAX_EVENTS / 4];
  private final PayloadWriter deltas = new PayloadWriter();
  private final PayloadWriter longSteps = new PayloadWriter();
  private int count;
  private long lastMicros;

  int count() {
    return count;
  }

  /** The most that the columns take. */
  int bytes() {
    return 3 * count + lengths.length + deltas.length() + longSteps.length();
  }

  void begin(long micros) {
    lastMicros = micros;
  }

  void add(int shape, long micros, int delta) {
    long step = micros - lastMicros;
    lastMicros = micros;
    if (step < CompactForm.LONG_STEP) {
      steps.put((int) step);
    } else {
      steps.put(CompactForm.LONG_STEP);
      longSteps.number(step);
    }
    int zigzag = (delta << 1) ^ (delta >> (Integer.SIZE - 1));
    int length = Math.max(0, (Integer.SIZE - 1 - Integer.numberOfLeadingZeros(zigzag)) / 8);
    deltas.lowest(zigzag, length + 1);
    lengths[count >> 2] |= (byte) (length << ((count & 3) << 1));
    shapes[count++] = (short) shape;
  }

  void write(PayloadWriter payload, int width) {
    payload.number(longSteps.length());
    for (int i = 0; i < count; i++) {
      payload.lowest(shapes[i], width);
    }
    payload.put(steps);
    payload.put(lengths, 0, (count + 3) / 4);
    payload.put(deltas);
    payload.put(longSteps);
  }

  void clear() {
    Arrays.fill(lengths, (byte) 0);
    steps.clear();
    deltas.clear();
    longSteps.clear();
    count = 0;
  }
}
