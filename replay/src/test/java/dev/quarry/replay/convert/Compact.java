package dev.quarry.replay.convert;

import dev.quarry.replay.compact.CompactForm;
import dev.quarry.replay.compact.CompactInput;
import dev.quarry.replay.compact.CompactOutput;
import dev.quarry.replay.read.ByteSource;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;

/** Text to compact and back, in memory, for tests. */
final class Compact {
  /** What messages call the file. */
  static final String NAME = "ev.K.qk";

  private Compact() {}

  static byte[] encode(byte[] text, boolean zstd) throws IOException {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    try (CompactEncoder encoder =
        new CompactEncoder(new CompactOutput(bytes, CompactForm.PAGE_EVENTS, zstd))) {
      for (int at = 0; at < text.length; at += 1000) { // lines come in pieces
        encoder.write(text, at, Math.min(1000, text.length - at));
      }
    }
    return bytes.toByteArray();
  }

  static byte[] decode(byte[] compact) throws IOException {
    ByteArrayOutputStream text = new ByteArrayOutputStream();
    try (CompactInput input = CompactInput.open(source(compact), CompactForm.PAGE_EVENTS)) {
      new CompactDecoder(input, NAME).copyTo(text);
    }
    return text.toByteArray();
  }

  /** A file that lies in memory: opening one on the disk takes longer than reading it. */
  static ByteSource source(byte[] file) throws IOException {
    return ByteSource.of(new ByteArrayInputStream(file), NAME);
  }
}
