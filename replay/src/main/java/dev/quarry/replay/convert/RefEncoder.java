package dev.quarry.replay.convert;

import dev.quarry.replay.compact.CompactOutput;
import dev.quarry.replay.compact.RefBlockBuilder;
import dev.quarry.replay.compact.RefText;
import dev.quarry.replay.compact.TextBlockBuilder;
import dev.quarry.replay.refs.RefBatch;
import dev.quarry.replay.refs.RefLine;
import java.io.IOException;
import java.util.Arrays;

/**
 * Takes references in their run-compressed text and writes them in the compact form. A line that is
 * not exactly what columns give back, comments too, is kept in a block of text.
 */
final class RefEncoder extends LineEncoder {
  private final RefBlockBuilder events = new RefBlockBuilder();
  private final RefLine reader = new RefLine();
  private final RefText canonical = new RefText();

  RefEncoder(CompactOutput out) {
    super(out);
  }

  @Override
  boolean isNote(byte[] line) {
    return false;
  }

  @Override
  boolean isColumns(byte[] line) {
    int length = RefLine.length(line);
    if (length < 0 || !reader.read(line, length)) {
      return false;
    }
    RefBatch batch = reader.batch();
    canonical.clear();
    canonical.add(batch.kinds[0], batch.addresses[0], batch.bytes[0], batch.counts[0]);
    return Arrays.equals(canonical.array(), 0, canonical.length(), line, 0, length + 1);
  }

  @Override
  void note(byte[] line, int length, long number) {
    throw new IllegalStateException("no line is a note");
  }

  @Override
  void event(byte[] line, int length, long number) throws IOException {
    if (!events.hasRoom()) {
      flushEvents();
    }
    if (events.isEmpty()) {
      events.begin(number);
    }
    RefBatch batch = reader.batch();
    events.add(batch.kinds[0], batch.addresses[0], batch.bytes[0], batch.counts[0]);
  }

  @Override
  void text(TextBlockBuilder text, byte[] line, int length, long number) {
    if (text.isEmpty()) {
      text.begin(number, 0);
    }
    text.line(line, 0, length);
  }

  @Override
  void flushEvents() throws IOException {
    if (!events.isEmpty()) {
      events.write(out());
    }
  }

  @Override
  void textWritten() {}
}
