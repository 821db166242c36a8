package dev.quarry.replay.convert;

import dev.quarry.replay.compact.BlockBuilder;
import dev.quarry.replay.compact.CompactOutput;
import dev.quarry.replay.compact.EventLine;
import dev.quarry.replay.compact.EventMark;
import dev.quarry.replay.compact.TextBlockBuilder;
import dev.quarry.replay.recording.PageEventKind;
import dev.quarry.replay.recording.TextLines;
import dev.quarry.replay.recording.TextState;
import java.io.IOException;
import java.util.HashSet;
import java.util.Set;

/** Takes page events in their text form and writes them in their compact form. */
final class CompactEncoder extends LineEncoder {
  /** Beyond this, sums of time could overflow. */
  private static final long MOST_MICROS = 1L << 60;

  private final BlockBuilder events = new BlockBuilder();
  private final TextLines lines = new TextLines();
  private final EventLine event = new EventLine();
  private final Set<Slot> slotsOfText = new HashSet<>();

  private record Slot(PageEventKind kind, int cpu) {}

  CompactEncoder(CompactOutput out) {
    super(out);
  }

  @Override
  boolean isNote(byte[] line) {
    return line[0] == '#' || line[0] == '\n';
  }

  @Override
  void note(byte[] line, int length, long number) throws IOException {
    boolean definition = line[1] == 'g' || line[1] == 't';
    boolean notHere = definition && !events.hasNoEvents();
    if (notHere || !events.hasRoomForNote(length)) {
      flushEvents();
    }
    begin(number);
    events.note(line, 0, length - 1);
    lines.read(line, length);
    if (events.hasNoEvents()) {
      events.clock(lines.state().clockMicros());
    }
  }

  private void begin(long number) {
    if (events.isEmpty()) {
      events.begin(number);
      events.clock(lines.state().clockMicros());
    }
  }

  /** Whether the line is in canonical form, and columns can hold its numbers. */
  @Override
  boolean isColumns(byte[] line) {
    if (!event.read(line, 0)) {
      return false;
    }
    boolean allocates = event.mark() == EventMark.ALLOC || event.mark() == EventMark.ALLOC_FAILED;
    if (allocates && !lines.definesGfp(event.gfpNumber())) {
      return false;
    }
    long base = lines.state().last(PageEventKind.of(event.mark()), event.cpu());
    long pfn = base + event.delta();
    return base >= 0
        && base <= Integer.MAX_VALUE
        && pfn >= 0
        && pfn + (1L << event.order()) - 1 <= Integer.MAX_VALUE
        && Math.abs(lines.state().clockMicros()) <= MOST_MICROS;
  }

  @Override
  void event(byte[] line, int length, long number) throws IOException {
    if (!events.hasRoom()) {
      flushEvents();
    }
    begin(number);
    TextState state = lines.state();
    PageEventKind kind = PageEventKind.of(event.mark());
    events.add(event, (int) state.last(kind, event.cpu()));
    state.setClock(state.clockMicros() + event.stepMicros());
    state.advance(kind, event.cpu(), event.delta());
  }

  @Override
  void text(TextBlockBuilder text, byte[] line, int length, long number) {
    if (text.isEmpty()) {
      text.begin(number, lines.state().clockMicros());
    }
    lines.countsFrom(line, length, (kind, cpu) -> slotOfText(text, kind, cpu));
    text.line(line, 0, length);
    lines.read(line, length);
  }

  private void slotOfText(TextBlockBuilder text, PageEventKind kind, int cpu) {
    if (slotsOfText.add(new Slot(kind, cpu))) {
      text.slot(EventMark.of(kind.ordinal()), cpu, lines.state().last(kind, cpu));
    }
  }

  @Override
  void flushEvents() throws IOException {
    if (!events.isEmpty()) {
      events.write(out());
    }
  }

  @Override
  void textWritten() {
    slotsOfText.clear();
  }
}
