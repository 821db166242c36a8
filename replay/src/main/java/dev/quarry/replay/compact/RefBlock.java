package dev.quarry.replay.compact;

import dev.quarry.replay.read.RecordingException;

/**
 * The references to memory of one block, decoded as a whole into a caller's arrays.
 *
 * <pre>
 *   events, first line, code base (signed), data base (signed)
 *   shapes       n, then kind (1 byte), bytes, of code the count
 *   rare bytes   how many bytes the rare shapes take
 *   shapes       a number of 1 byte for each event; 255 means the next of the rare shapes
 *   lengths      4 bits for each delta, lowest first: its bytes, 0 to 8
 *   deltas       0 to 8 bytes each, lowest first: 0, -1, 1, -2, ... are 0, 1, 2, 3, ...
 *   rare shapes  kind (1 byte), bytes, of code the count
 * </pre>
 *
 * <pre>
 *   code   address = end of the run before it + delta     beginning at the code base
 *   data   address = address of the data before it + delta, beginning at the data base
 * </pre>
 */
public final class RefBlock {
  /** The kind of code, whose count is stored. */
  static final int CODE = 0;

  static final int MOST_KIND = 3;
  static final int RARE = 0xFF;

  private final byte[] shapeKinds = new byte[RARE + 1];
  private final int[] shapeBytes = new int[RARE + 1];
  private final int[] shapeCounts = new int[RARE + 1];
  private Block block;
  private int count;

  /** For the blocks of a file. */
  public RefBlock(Block block) {
    this.block = block;
  }

  /**
   * Decodes a block of type {@link CompactForm#EVENTS}.
   *
   * @param kinds gets the kind of each event; all arrays have room for {@link
   *     CompactForm#MAX_EVENTS}
   * @param bytes gets the bytes that each covers
   * @param counts gets how many references each is
   * @return how many events there are
   * @throws RecordingException if it contradicts itself
   */
  public int read(Block newBlock, byte[] kinds, long[] addresses, int[] bytes, int[] counts) {
    block = newBlock;
    PayloadReader in = new PayloadReader(block, 0);
    count = in.number("events", CompactForm.MAX_EVENTS);
    if (count != block.events) {
      throw block.error("its columns have " + count + " events, its header " + block.events);
    }
    in.longNumber("first line");
    long code = in.signedNumber("code base");
    long data = in.signedNumber("data base");
    int shapes = in.number("shapes", RARE);
    for (int i = 0; i < shapes; i++) {
      readShape(in, i);
    }
    int rareBytes = in.number("bytes of rare shapes", CompactForm.MAX_PAYLOAD_BYTES);
    int shapesAt = in.take(count, "the shapes");
    int lengthsAt = in.take((count + 1) / 2, "the lengths");
    int deltasAt = in.take(LongDeltas.bytes(block, lengthsAt, count), "the deltas");
    int rareAt = in.take(rareBytes, "the rare shapes");
    if (in.left() != 0) {
      throw block.error(in.left() + " bytes are left behind the columns");
    }
    readShapes(shapesAt, shapes, rareAt, rareAt + rareBytes, kinds, bytes, counts);
    readAddresses(lengthsAt, deltasAt, code, data, kinds, addresses, bytes);
    return count;
  }

  private void readShape(PayloadReader in, int shape) {
    shapeKinds[shape] = (byte) in.unsignedByte("kind", MOST_KIND);
    shapeBytes[shape] = in.number("bytes", Integer.MAX_VALUE);
    shapeCounts[shape] = shapeKinds[shape] == CODE ? in.number("count", Integer.MAX_VALUE) : 1;
  }

  private void readShapes(
      int at, int shapes, int rareAt, int rareEnd, byte[] kinds, int[] bytes, int[] counts) {
    PayloadReader rare = new PayloadReader(block, rareAt, rareEnd);
    byte[] payload = block.payload;
    for (int i = 0; i < count; i++) {
      int shape = payload[at + i] & 0xFF;
      if (shape >= shapes) {
        if (shape != RARE) {
          throw block.error("shape " + shape + " of " + shapes);
        }
        readShape(rare, RARE);
      }
      kinds[i] = shapeKinds[shape];
      bytes[i] = shapeBytes[shape];
      counts[i] = shapeCounts[shape];
    }
    if (rare.left() > 0) {
      throw block.error(rare.left() + " bytes of rare shapes are left over");
    }
  }

  private void readAddresses(
      int lengthsAt,
      int deltasAt,
      long codeBase,
      long dataBase,
      byte[] kinds,
      long[] addresses,
      int[] bytes) {
    byte[] payload = block.payload;
    long code = codeBase;
    long data = dataBase;
    int at = deltasAt;
    for (int i = 0; i < count; i++) {
      int length = LongDeltas.length(payload, lengthsAt, i);
      long delta = LongDeltas.value(payload, at, length);
      at += length;
      if (kinds[i] == CODE) {
        addresses[i] = code + delta;
        code = addresses[i] + bytes[i];
      } else {
        data += delta;
        addresses[i] = data;
      }
    }
  }

  /** An error in this block. */
  public RecordingException error(String text) {
    return block.error(text);
  }
}
