package dev.quarry.replay.compact;

/** Collects differences and writes them as a column; the other side of {@link LongDeltas}. */
final class LongDeltasBuilder {
  private static final int NIBBLE = 4;

  private final PayloadWriter lengths = new PayloadWriter();
  private final PayloadWriter deltas = new PayloadWriter();

  /** The length of the last difference, if no other one shares its byte yet. */
  private int halfLength;

  private int count;

  /** Adds a difference. */
  void add(long delta) {
    long zigzag = (delta << 1) ^ (delta >> (Long.SIZE - 1));
    int length = (Long.SIZE - Long.numberOfLeadingZeros(zigzag) + Byte.SIZE - 1) / Byte.SIZE;
    for (int i = 0; i < length; i++) {
      deltas.put((int) (zigzag >>> (Byte.SIZE * i)));
    }
    if ((count++ & 1) == 0) {
      halfLength = length;
    } else {
      lengths.put(halfLength | (length << NIBBLE));
    }
  }

  /** Bytes that the column takes, but for a half one. */
  int bytes() {
    return lengths.length() + deltas.length();
  }

  /** Writes the column and empties this. */
  void write(PayloadWriter payload) {
    if ((count & 1) != 0) {
      lengths.put(halfLength);
    }
    payload.put(lengths);
    payload.put(deltas);
    lengths.clear();
    deltas.clear();
    count = 0;
  }
}
