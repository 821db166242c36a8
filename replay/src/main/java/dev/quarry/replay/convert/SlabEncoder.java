package dev.quarry.replay.convert;

import dev.quarry.replay.compact.CompactOutput;
import dev.quarry.replay.compact.SlabBlockBuilder;
import dev.quarry.replay.compact.SlabLine;
import dev.quarry.replay.compact.TextBlockBuilder;
import dev.quarry.replay.recording.SlabLines;
import java.io.IOException;

/**
 * Takes slab events in their text form and writes them in their compact form, as {@link
 * CompactEncoder} does with page events. A definition may stand between the events of a block if it
 * is of a number that had none.
 */
final class SlabEncoder extends LineEncoder {
  private final SlabBlockBuilder events = new SlabBlockBuilder();
  private final SlabLines lines = new SlabLines();
  private final SlabLine event = new SlabLine();

  SlabEncoder(CompactOutput out) {
    super(out);
  }

  @Override
  boolean isNote(byte[] line) {
    return line[0] == '#' || line[0] == '\n';
  }

  @Override
  boolean isColumns(byte[] line) {
    return event.read(line, 0) && lines.defines(event) && lines.isNearZero();
  }

  @Override
  void note(byte[] line, int length, long number) throws IOException {
    boolean notHere = !events.hasNoEvents() && lines.mattersBefore(line, length);
    if (notHere || !events.hasRoomForNote(length)) {
      flushEvents();
    }
    begin(number);
    events.note(line, 0, length - 1);
    lines.read(line, length);
    if (events.hasNoEvents()) {
      events.clock(lines.clockMicros());
    }
  }

  private void begin(long number) {
    if (events.isEmpty()) {
      events.begin(number);
      events.clock(lines.clockMicros());
    }
  }

  @Override
  void event(byte[] line, int length, long number) throws IOException {
    if (!events.hasRoom()) {
      flushEvents();
    }
    begin(number);
    events.add(event);
    lines.advance(event.stepMicros());
  }

  @Override
  void text(TextBlockBuilder text, byte[] line, int length, long number) {
    if (text.isEmpty()) {
      text.begin(number, lines.clockMicros());
    }
    text.line(line, 0, length);
    lines.read(line, length);
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
