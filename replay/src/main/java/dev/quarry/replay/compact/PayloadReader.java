package dev.quarry.replay.compact;

/**
 * Reads the numbers of a block's payload. A number without fixed size is a varint: seven bits of it
 * in each byte, lowest first, and bit 7 where more follow.
 */
final class PayloadReader {
  private final Block block;
  private final byte[] bytes;
  private final int end;
  private int position;

  /** For a payload from a byte on. */
  PayloadReader(Block block, int position) {
    this(block, position, block.length);
  }

  /** For a part of a payload. */
  PayloadReader(Block block, int position, int end) {
    this.block = block;
    this.bytes = block.payload;
    this.position = position;
    this.end = end;
  }

  int position() {
    return position;
  }

  int left() {
    return end - position;
  }

  int unsignedByte(String what, int max) {
    take(1, what);
    return bounded(bytes[position - 1] & 0xff, what, max);
  }

  /** A number from 0 to {@code max}. */
  int number(String what, int max) {
    return bounded(longNumber(what), what, max);
  }

  /** A number from 0 on. */
  long longNumber(String what) {
    long value = bits(what);
    if (value < 0) {
      throw block.error(what + " has more than 63 bits");
    }
    return value;
  }

  /** A number with a sign: 0, -1, 1, -2, ... are 0, 1, 2, 3, ... */
  long signedNumber(String what) {
    long zigzag = bits(what);
    return (zigzag >>> 1) ^ -(zigzag & 1);
  }

  private long bits(String what) {
    long value = 0;
    for (int shift = 0; shift < Long.SIZE; shift += 7) {
      take(1, what);
      int b = bytes[position - 1];
      value |= (long) (b & 0x7f) << shift;
      if (b >= 0) {
        return value;
      }
    }
    throw block.error(what + " has more than 64 bits");
  }

  /** Steps over bytes and gives the offset of the first. */
  int take(int count, String what) {
    if (count > end - position) {
      throw block.error(
          what + " needs " + count + " bytes, " + (end - position) + " are left of " + end);
    }
    position += count;
    return position - count;
  }

  private int bounded(long value, String what, int max) {
    if (value > max) {
      throw block.error(what + " " + value + " is above the largest, " + max);
    }
    return (int) value;
  }
}
