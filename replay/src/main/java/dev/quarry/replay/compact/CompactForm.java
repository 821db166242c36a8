package dev.quarry.replay.compact;

import java.util.Arrays;

/**
 * Sizes, marks and offsets of the compact form. Numbers of fixed size are little-endian.
 *
 * <pre>
 *   header   0               8       10      12          16          20
 *            | magic         |version|content| 0         | CRC-32C   |
 *
 *   block    0 1 2   4           8           12          16          20
 *            |t|f| 0 | stored    | payload   | events    | CRC-32C   | stored bytes ...
 * </pre>
 *
 * <p>{@code t} is a block's type, bit 0 of {@code f} says that the stored bytes are a zstd frame
 * that unpacks to the payload. A header's checksum is of the 16 bytes before it; a block's is of
 * its first 16 bytes and its stored bytes.
 */
public final class CompactForm {
  /** What the name of a file in this form ends with. */
  public static final String ENDING = ".qk";

  /** The version that is written and read. */
  public static final int VERSION = 1;

  /** Most bytes of a block's payload. */
  public static final int MAX_PAYLOAD_BYTES = 1 << 17;

  /** Most events in a block. */
  public static final int MAX_EVENTS = 1 << 13;

  /** Longest line that is a note or part of a text block, in bytes with its end. */
  public static final int MAX_LINE_BYTES = (64 << 10) + 1;

  /** A block of events in columns. */
  public static final int EVENTS = 'E';

  /** A block of lines as they are. */
  public static final int TEXT = 'T';

  /** A block with a piece of a line that is longer than {@link #MAX_LINE_BYTES}. */
  public static final int GIANT = 'G';

  /** The last block: what the file holds in all. */
  public static final int END = 'Z';

  /** The content is page events, {@code ev.K}. */
  public static final int PAGE_EVENTS = 'K';

  /** The content is slab events, {@code ev.S}. */
  public static final int SLAB_EVENTS = 'S';

  /** The content is references to memory. */
  public static final int REFERENCES = 'L';

  static final int HEADER_BYTES = 20;
  static final int BLOCK_HEADER_BYTES = 20;
  static final int CHECKED_HEADER_BYTES = 16;

  static final int VERSION_AT = 8;
  static final int CONTENT_AT = 10;
  static final int HEADER_CRC_AT = 16;

  static final int TYPE_AT = 0;
  static final int FLAGS_AT = 1;
  static final int STORED_AT = 4;
  static final int PAYLOAD_AT = 8;
  static final int EVENTS_AT = 12;
  static final int CRC_AT = 16;
  static final int FLAG_ZSTD = 1;

  // The payload of the last block.
  static final int END_TEXT_BYTES_AT = 0;
  static final int END_LINES_AT = 8;
  static final int END_EVENTS_AT = 16;
  static final int END_BLOCKS_AT = 24;
  static final int END_TEXT_CRC_AT = 32;
  static final int END_BYTES = 36;

  /** A step of time that does not fit into its byte: the next of the long steps. */
  static final int LONG_STEP = 0xff;

  /** Bytes behind a payload that may be read, though not used, by loads of eight bytes. */
  static final int SLACK_BYTES = 8;

  private static final byte[] MAGIC = {(byte) 0x89, 'Q', 'K', 'E', '\r', '\n', 0x1a, '\n'};

  private CompactForm() {}

  /** How many first bytes of a file {@link #begins} looks at. */
  public static int magicBytes() {
    return MAGIC.length;
  }

  /** Whether a file that begins with these bytes is in the compact form. */
  public static boolean begins(byte[] head, int length) {
    return length >= MAGIC.length && Arrays.equals(head, 0, MAGIC.length, MAGIC, 0, MAGIC.length);
  }

  /** The content of a file that {@link #begins} with these bytes, if they are a header's. */
  public static int content(byte[] head) {
    return head.length < CONTENT_AT + 2 ? 0 : LittleEndian.getShort(head, CONTENT_AT);
  }

  /** How many first bytes of a file {@link #content} looks at. */
  public static int headerBytes() {
    return HEADER_BYTES;
  }

  static byte[] header(int content) {
    byte[] header = Arrays.copyOf(MAGIC, HEADER_BYTES);
    LittleEndian.putShort(header, VERSION_AT, VERSION);
    LittleEndian.putShort(header, CONTENT_AT, content);
    LittleEndian.putInt(header, HEADER_CRC_AT, Checksum.of(header, 0, CHECKED_HEADER_BYTES));
    return header;
  }
}
