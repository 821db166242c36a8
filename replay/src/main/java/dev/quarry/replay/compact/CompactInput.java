package dev.quarry.replay.compact;

import com.github.luben.zstd.Zstd;
import dev.quarry.replay.read.ByteSource;
import dev.quarry.replay.read.RecordingException;
import dev.quarry.replay.read.UnreadableException;
import java.io.Closeable;
import java.util.Locale;

/**
 * The blocks of a file in the compact form, one after the other, each with a right checksum. A file
 * that is cut off, damaged or followed by something else is refused.
 */
public final class CompactInput implements Closeable {
  private final ByteSource source;
  private final Block block;
  private final byte[] header = new byte[CompactForm.BLOCK_HEADER_BYTES];
  private byte[] stored = {};
  private long blocks;
  private long events;
  private boolean ended;
  private final int content;

  private CompactInput(ByteSource source, int content) {
    this.source = source;
    this.content = content;
    this.block = new Block(source.name());
  }

  /**
   * Reads the header of a file.
   *
   * @param source closed with this
   * @param content {@link CompactForm#PAGE_EVENTS} or {@link CompactForm#SLAB_EVENTS}
   * @throws RecordingException if it is not in the compact form, in another version of it, or holds
   *     something else
   */
  public static CompactInput open(ByteSource source, int content) {
    CompactInput input = new CompactInput(source, content);
    try {
      input.readHeader();
      return input;
    } catch (RecordingException e) {
      source.close();
      throw e;
    }
  }

  private void readHeader() {
    byte[] head = new byte[CompactForm.HEADER_BYTES];
    int length = read(head, head.length);
    if (!CompactForm.begins(head, length)) {
      throw error("is not in the compact form: it begins with other bytes");
    }
    if (length < head.length) {
      throw error("ends at byte " + length + ", within its header of " + head.length + " bytes");
    }
    int version = LittleEndian.getShort(head, CompactForm.VERSION_AT);
    int sum = Checksum.of(head, 0, CompactForm.CHECKED_HEADER_BYTES);
    int expected = LittleEndian.getInt(head, CompactForm.HEADER_CRC_AT);
    if (sum != expected) {
      throw error("header at byte 0: " + checksums(expected, sum));
    }
    if (version != CompactForm.VERSION) {
      throw error("is of version " + version + "; only " + CompactForm.VERSION + " can be read");
    }
    int found = LittleEndian.getShort(head, CompactForm.CONTENT_AT);
    if (found != content) {
      throw error("holds content " + found + ", not " + words(content));
    }
  }

  private static String words(int content) {
    return switch (content) {
      case CompactForm.PAGE_EVENTS -> "page events, " + content;
      case CompactForm.SLAB_EVENTS -> "slab events, " + content;
      default -> "references, " + content;
    };
  }

  /**
   * Goes to the next block.
   *
   * @return false behind the last one
   * @throws RecordingException if it is damaged or if the file ends early
   */
  public boolean next() {
    if (ended) {
      return false;
    }
    block.number = blocks;
    block.offset = source.bytesGiven();
    int length = read(header, header.length);
    if (length < header.length) {
      throw cutOff("header", length, header.length);
    }
    readStored();
    blocks++;
    block.type = header[CompactForm.TYPE_AT];
    block.events = LittleEndian.getInt(header, CompactForm.EVENTS_AT);
    if (block.type == CompactForm.END) {
      end();
      return false;
    }
    if (block.events < 0 || block.events > CompactForm.MAX_EVENTS) {
      throw block.error(block.events + " events; the most are " + CompactForm.MAX_EVENTS);
    }
    events += block.events;
    return true;
  }

  private void readStored() {
    int length = size(CompactForm.STORED_AT, "stored");
    int payload = size(CompactForm.PAYLOAD_AT, "payload");
    boolean packed = (header[CompactForm.FLAGS_AT] & CompactForm.FLAG_ZSTD) != 0;
    if (packed && stored.length == 0) {
      stored = new byte[CompactForm.MAX_PAYLOAD_BYTES];
    }
    byte[] target = packed ? stored : block.room(length);
    int found = read(target, length);
    if (found < length) {
      throw cutOff("stored bytes", found, length);
    }
    int expected = LittleEndian.getInt(header, CompactForm.CRC_AT);
    int sum = Checksum.ofBlock(header, target, length);
    if (sum != expected) {
      throw block.error(checksums(expected, sum));
    }
    block.length = packed ? unpack(length, payload) : length;
    if (block.length != payload) {
      throw block.error("its payload has " + block.length + " bytes, not " + payload);
    }
  }

  private int size(int at, String what) {
    int size = LittleEndian.getInt(header, at);
    if (size < 0 || size > CompactForm.MAX_PAYLOAD_BYTES) {
      throw block.error(
          "damaged: "
              + Integer.toUnsignedString(size)
              + " bytes "
              + what
              + ", the most are "
              + CompactForm.MAX_PAYLOAD_BYTES);
    }
    return size;
  }

  private int unpack(int length, int payload) {
    long size = Zstd.decompressByteArray(block.room(payload), 0, payload, stored, 0, length);
    if (Zstd.isError(size)) {
      throw block.error("its zstd frame cannot be unpacked: " + Zstd.getErrorName(size));
    }
    return (int) size;
  }

  private void end() {
    if (block.length != CompactForm.END_BYTES) {
      throw block.error("the end has " + block.length + " bytes, not " + CompactForm.END_BYTES);
    }
    if (blocks() != blocks || events() != events) {
      throw block.error(
          String.format(
              Locale.ROOT,
              "the end counts %d blocks and %d events; there are %d and %d",
              blocks(),
              events(),
              blocks,
              events));
    }
    ended = true;
    if (read(header, 1) > 0) {
      throw error("goes on behind its end at byte " + (source.bytesGiven() - 1));
    }
  }

  /** Reads so many bytes, fewer only where the file ends. */
  private int read(byte[] target, int length) {
    int have = 0;
    try {
      while (have < length) {
        int n = source.read(target, have, length - have);
        if (n < 0) {
          break;
        }
        have += n;
      }
      return have;
    } catch (UnreadableException e) {
      throw error(e.text());
    }
  }

  private RecordingException cutOff(String what, int found, int length) {
    return block.error(
        String.format(
            Locale.ROOT,
            "the file ends at byte %d, after %d of %d bytes of the block's %s",
            source.bytesGiven(),
            found,
            length,
            what));
  }

  private static String checksums(int expected, int found) {
    return String.format(
        Locale.ROOT, "damaged: its checksum is %08x, that of its bytes %08x", expected, found);
  }

  private RecordingException error(String text) {
    return new RecordingException(source.name(), text);
  }

  /** What the file holds: {@link CompactForm#PAGE_EVENTS} or {@link CompactForm#SLAB_EVENTS}. */
  public int content() {
    return content;
  }

  /** The block; always the same object. */
  public Block block() {
    return block;
  }

  /** Once all blocks were read: bytes of the text that they stand for. */
  public long textBytes() {
    return LittleEndian.getLong(block.payload, CompactForm.END_TEXT_BYTES_AT);
  }

  /** Once all blocks were read: lines of the text that they stand for. */
  public long lines() {
    return LittleEndian.getLong(block.payload, CompactForm.END_LINES_AT);
  }

  /** Once all blocks were read: how many events lie in columns. */
  public long events() {
    return LittleEndian.getLong(block.payload, CompactForm.END_EVENTS_AT);
  }

  /** Once all blocks were read: how many there are, with the last. */
  public long blocks() {
    return LittleEndian.getLong(block.payload, CompactForm.END_BLOCKS_AT);
  }

  /** Once all blocks were read: CRC-32C of the text that they stand for. */
  public int textChecksum() {
    return LittleEndian.getInt(block.payload, CompactForm.END_TEXT_CRC_AT);
  }

  /** Size of the file on the disk in bytes. */
  public long fileBytes() {
    return source.fileBytes();
  }

  /** How much of it was read, in bytes. */
  public long fileBytesRead() {
    return source.fileBytesRead();
  }

  @Override
  public void close() {
    source.close();
  }
}
