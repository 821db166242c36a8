package dev.quarry.replay.compact;

/**
 * A column of differences of 64 bits, each in as few bytes as it needs:
 *
 * <pre>
 *   lengths   4 bits for each difference, lowest first: its bytes, 0 to 8
 *   deltas    0 to 8 bytes each, lowest first: 0, -1, 1, -2, ... are 0, 1, 2, 3, ...
 * </pre>
 *
 * <p>Holds no state: whoever goes over the column keeps its place in a local variable.
 */
final class LongDeltas {
  private static final int MOST_BYTES = 8;

  private LongDeltas() {}

  /** How many bytes the differences take. */
  static int bytes(Block block, int lengthsAt, int count) {
    int sum = 0;
    for (int i = 0; i < count; i++) {
      int length = length(block.payload, lengthsAt, i);
      if (length > MOST_BYTES) {
        throw block.error("a delta of " + length + " bytes; the most are " + MOST_BYTES);
      }
      sum += length;
    }
    return sum;
  }

  /** How many bytes the difference of an event takes. */
  static int length(byte[] payload, int lengthsAt, int event) {
    return payload[lengthsAt + (event >> 1)] >> ((event & 1) << 2) & 15;
  }

  /** The difference that stands at an offset. */
  static long value(byte[] payload, int at, int length) {
    long zigzag = length == 0 ? 0 : LittleEndian.getLong(payload, at) & -1L >>> (64 - 8 * length);
    return (zigzag >>> 1) ^ -(zigzag & 1);
  }
}
