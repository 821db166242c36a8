package dev.quarry.replay.compact;

import java.util.zip.CRC32C;

/** CRC-32C (Castagnoli), as processors compute it by themselves. */
final class Checksum {
  private Checksum() {}

  static int of(byte[] bytes, int offset, int length) {
    CRC32C crc = new CRC32C();
    crc.update(bytes, offset, length);
    return (int) crc.getValue();
  }

  /** Of a block: its header up to the checksum, and its stored bytes. */
  static int ofBlock(byte[] header, byte[] stored, int length) {
    CRC32C crc = new CRC32C();
    crc.update(header, 0, CompactForm.CHECKED_HEADER_BYTES);
    crc.update(stored, 0, length);
    return (int) crc.getValue();
  }
}
