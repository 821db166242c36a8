package dev.quarry.replay.compact;

import dev.quarry.replay.read.RecordingException;
import java.util.Locale;

/** One block of a file, unpacked, whose checksum was right. Filled anew for each block. */
public final class Block {
  private final String file;

  byte[] payload = new byte[CompactForm.MAX_PAYLOAD_BYTES + CompactForm.SLACK_BYTES];
  int length;
  int type;
  int events;
  long number;
  long offset;

  Block(String file) {
    this.file = file;
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
