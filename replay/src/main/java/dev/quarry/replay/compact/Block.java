package dev.quarry.replay.compact;

import dev.quarry.replay.read.RecordingException;
import java.util.Locale;

/** One block of a file, unpacked, whose checksum was right. Filled anew for each block. */
public final class Block {
  private static final int FIRST_BYTES = 1 << 12;

  private final String file;

  byte[] payload = new byte[FIRST_BYTES];
  int length;
  int type;
  int events;
  long number;
  long offset;

  Block(String file) {
    this.file = file;
  }

  /** Makes room for a payload of so many bytes, at most {@link CompactForm#MAX_PAYLOAD_BYTES}. */
  byte[] room(int bytes) {
    if (payload.length < bytes + CompactForm.SLACK_BYTES) {
      int most = CompactForm.MAX_PAYLOAD_BYTES + CompactForm.SLACK_BYTES;
      payload = new byte[Math.min(most, 2 * bytes + CompactForm.SLACK_BYTES)];
    }
    return payload;
  }

  /** {@link CompactForm#EVENTS}, {@link CompactForm#TEXT} or {@link CompactForm#GIANT}. */
  public int type() {
    return type;
  }

  /** What messages call the file. */
  public String file() {
    return file;
  }

  /** An error in this block. */
  public RecordingException error(String text) {
    return new RecordingException(
        file, String.format(Locale.ROOT, "block %d at byte %d: %s", number, offset, text));
  }
}
