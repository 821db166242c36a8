package dev.quarry.replay.convert;

import dev.quarry.replay.compact.BlockBuilder;
import dev.quarry.replay.compact.CompactForm;
import dev.quarry.replay.compact.CompactOutput;
import dev.quarry.replay.compact.EventLine;
import dev.quarry.replay.compact.EventMark;
import dev.quarry.replay.compact.TextBlockBuilder;
import dev.quarry.replay.recording.PageEventKind;
import dev.quarry.replay.recording.TextLines;
import dev.quarry.replay.recording.TextState;
import java.io.IOException;
import java.io.OutputStream;
import java.util.HashSet;
import java.util.Set;

/**
 * Takes events in their text form and writes them in their compact form. Lines that numbers give
 * back byte for byte go into columns, names and comments become notes; every other line is kept as
 * it is, in blocks of text.
 */
final class CompactEncoder extends OutputStream {
  /** A block of text, once begun, takes so much, whatever it is: blocks of one line are dear. */
  private static final int ENOUGH_TEXT_BYTES = 1 << 10;

  /** Beyond this, sums of time could overflow. */
  private static final long MOST_MICROS = 1L << 60;

  private final CompactOutput out;
  private final BlockBuilder events = new BlockBuilder();
  private final TextBlockBuilder text = new TextBlockBuilder();
  private final TextLines lines = new TextLines();
  private final EventLine event = new EventLine();
  private final Set<Slot> slotsOfText = new HashSet<>();
  private final byte[] line = new byte[CompactForm.MAX_LINE_BYTES];
  private int length;
  private boolean inGiant;
  private long lineNumber = 1;

  private record Slot(PageEventKind kind, int cpu) {}

  CompactEncoder(CompactOutput out) {
    this.out = out;
  }

  @Override
  public void write(int b) throws IOException {
    write(new byte[] {(byte) b}, 0, 1);
  }

  @Override
  public void write(byte[] bytes, int offset, int count) throws IOException {
    out.text(bytes, offset, count);
    int end = offset + count;
    for (int at = offset; at < end; ) {
      int stop = at;
      while (stop < end && bytes[stop] != '\n') {
        stop++;
      }
      boolean whole = stop < end;
      int next = whole ? stop + 1 : stop;
      collect(bytes, at, next - at);
      if (whole) {
        endOfLine();
      }
      at = next;
    }
  }

  private void collect(byte[] bytes, int offset, int count) throws IOException {
    int at = offset;
    int left = count;
    while (left > line.length - length) {
      int part = line.length - length;
      System.arraycopy(bytes, at, line, length, part);
      length += part;
      pieceOfGiant();
      at += part;
      left -= part;
    }
    System.arraycopy(bytes, at, line, length, left);
    length += left;
  }

  private void endOfLine() throws IOException {
    if (inGiant) {
      pieceOfGiant();
      inGiant = false;
    } else {
      wholeLine();
    }
    length = 0;
    lineNumber++;
  }

  private void pieceOfGiant() throws IOException {
    flushEvents();
    flushText();
    text.giant(out, !inGiant, lineNumber, line, length);
    inGiant = true;
    length = 0;
  }

  private void wholeLine() throws IOException {
    boolean moreText = !text.isEmpty() && text.textBytes() < ENOUGH_TEXT_BYTES;
    if (!moreText && (line[0] == '#' || line[0] == '\n')) {
      flushText();
      note();
    } else if (!moreText && event.read(line, 0) && fits()) {
      flushText();
      event();
    } else {
      flushEvents();
      text();
    }
  }

  private void note() throws IOException {
    boolean definition = line[1] == 'g' || line[1] == 't';
    boolean notHere = definition && !events.hasNoEvents();
    if (notHere || !events.hasRoomForNote(length)) {
      flushEvents();
    }
    begin();
    events.note(line, 0, length - 1);
    lines.read(line, length);
    if (events.hasNoEvents()) {
      events.clock(lines.state().clockMicros());
    }
  }

  private void begin() {
    if (events.isEmpty()) {
      events.begin(lineNumber);
      events.clock(lines.state().clockMicros());
    }
  }

  /** Whether columns can hold the event, whose line is in canonical form. */
  private boolean fits() {
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

  private void event() throws IOException {
    if (!events.hasRoom()) {
      flushEvents();
    }
    begin();
    TextState state = lines.state();
    PageEventKind kind = PageEventKind.of(event.mark());
    events.add(event, (int) state.last(kind, event.cpu()));
    state.setClock(state.clockMicros() + event.stepMicros());
    state.advance(kind, event.cpu(), event.delta());
  }

  private void text() throws IOException {
    if (!text.hasRoom(length)) {
      flushText();
    }
    if (text.isEmpty()) {
      text.begin(lineNumber, lines.state().clockMicros());
    }
    lines.countsFrom(line, length, this::slotOfText);
    text.line(line, 0, length);
    lines.read(line, length);
  }

  private void slotOfText(PageEventKind kind, int cpu) {
    if (slotsOfText.add(new Slot(kind, cpu))) {
      text.slot(EventMark.of(kind.ordinal()), cpu, lines.state().last(kind, cpu));
    }
  }

  private void flushEvents() throws IOException {
    if (!events.isEmpty()) {
      events.write(out);
    }
  }

  private void flushText() throws IOException {
    if (!text.isEmpty()) {
      text.write(out);
      slotsOfText.clear();
    }
  }

  /** Ends the file; what the text ends with, if it is no whole line, is kept too. */
  @Override
  public void close() throws IOException {
    if (inGiant) {
      if (length > 0) {
        pieceOfGiant();
      }
    } else if (length > 0) {
      flushEvents();
      text();
    }
    flushEvents();
    flushText();
    out.end(inGiant || length > 0 ? lineNumber : lineNumber - 1);
  }
}
