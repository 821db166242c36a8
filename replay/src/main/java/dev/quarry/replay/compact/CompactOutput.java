package dev.quarry.replay.compact;

import com.github.luben.zstd.Zstd;
import java.io.IOException;
import java.io.OutputStream;
import java.util.zip.CRC32C;

/** Writes blocks in the compact form, and what they hold in all at the end. */
public final class CompactOutput {
  private static final int ZSTD_LEVEL = 9;

  private final OutputStream out;
  private final boolean zstd;
  private final byte[] header = new byte[CompactForm.BLOCK_HEADER_BYTES];
  private final byte[] packed;
  private final CRC32C textChecksum = new CRC32C();
  private long textBytes;
  private long blocks;
  private long events;

  /**
   * Begins a file.
   *
   * @param out not closed here
   * @param content {@link CompactForm#PAGE_EVENTS} or {@link CompactForm#SLAB_EVENTS}
   * @param zstd whether blocks are packed where that makes them smaller
   */
  public CompactOutput(OutputStream out, int content, boolean zstd) throws IOException {
    this.out = out;
    this.zstd = zstd;
    this.packed = new byte[zstd ? (int) Zstd.compressBound(CompactForm.MAX_PAYLOAD_BYTES) : 0];
    out.write(CompactForm.header(content));
  }

  /** Tells of text that the blocks stand for, for the checksum of the whole. */
  public void text(byte[] bytes, int offset, int length) {
    textChecksum.update(bytes, offset, length);
    textBytes += length;
  }

  /** Writes one block. */
  void block(int type, PayloadWriter payload, int nrEvents) throws IOException {
    byte[] stored = payload.bytes();
    int length = payload.length();
    if (length > CompactForm.MAX_PAYLOAD_BYTES) {
      throw new IllegalStateException("a payload of " + length + " bytes");
    }
    int flags = 0;
    if (zstd && length > 0) {
      long size = Zstd.compressByteArray(packed, 0, packed.length, stored, 0, length, ZSTD_LEVEL);
      if (!Zstd.isError(size) && size < length) {
        stored = packed;
        length = (int) size;
        flags = CompactForm.FLAG_ZSTD;
      }
    }
    LittleEndian.putInt(header, CompactForm.TYPE_AT, type | flags << (8 * CompactForm.FLAGS_AT));
    LittleEndian.putInt(header, CompactForm.STORED_AT, length);
    LittleEndian.putInt(header, CompactForm.PAYLOAD_AT, payload.length());
    LittleEndian.putInt(header, CompactForm.EVENTS_AT, nrEvents);
    LittleEndian.putInt(header, CompactForm.CRC_AT, Checksum.ofBlock(header, stored, length));
    out.write(header);
    out.write(stored, 0, length);
    blocks++;
    events += nrEvents;
  }

  /**
   * Ends the file.
   *
   * @param lines of the text
   */
  public void end(long lines) throws IOException {
    byte[] end = new byte[CompactForm.END_BYTES];
    LittleEndian.putLong(end, CompactForm.END_TEXT_BYTES_AT, textBytes);
    LittleEndian.putLong(end, CompactForm.END_LINES_AT, lines);
    LittleEndian.putLong(end, CompactForm.END_EVENTS_AT, events);
    LittleEndian.putLong(end, CompactForm.END_BLOCKS_AT, blocks + 1);
    LittleEndian.putInt(end, CompactForm.END_TEXT_CRC_AT, (int) textChecksum.getValue());
    PayloadWriter payload = new PayloadWriter();
    payload.put(end, 0, end.length);
    block(CompactForm.END, payload, 0);
  }
}
