package dev.quarry.replay.compact;

import java.util.Arrays;

/** Bytes that grow; the other side of {@link PayloadReader}. */
final class PayloadWriter {
  private byte[] bytes = new byte[1 << 10];
  private int length;

  byte[] bytes() {
    return bytes;
  }

  int length() {
    return length;
  }

  void clear() {
    length = 0;
  }

  void put(int value) {
    room(1);
    bytes[length++] = (byte) value;
  }

  /** A varint; a number below 0 takes all of its 64 bits. */
  void number(long value) {
    room(10);
    long left = value;
    while ((left & ~0x7f) != 0) {
      bytes[length++] = (byte) (left | 0x80);
      left >>>= 7;
    }
    bytes[length++] = (byte) left;
  }

  void signedNumber(long value) {
    number((value << 1) ^ (value >> (Long.SIZE - 1)));
  }

  void put(byte[] source, int offset, int count) {
    room(count);
    System.arraycopy(source, offset, bytes, length, count);
    length += count;
  }

  void put(PayloadWriter other) {
    put(other.bytes, 0, other.length);
  }

  /** The lowest bytes of a number, lowest first. */
  void lowest(int value, int count) {
    room(Integer.BYTES);
    LittleEndian.putInt(bytes, length, value);
    length += count;
  }

  private void room(int count) {
    if (bytes.length - length < count) {
      bytes = Arrays.copyOf(bytes, Math.max(2 * bytes.length, length + count));
    }
  }
}
