package dev.quarry.replay.compact;

import java.io.IOException;
import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;

/**
 * Collects the events and notes of a block, and writes it; the other side of {@link EventBlock}.
 */
public final class BlockBuilder {
  /** A block's shapes have numbers of one byte up to here. */
  private static final int NARROW_SHAPES = 1 << 8;

  /** So many events make it worthwhile to begin a block rather than to have wide numbers. */
  private static final int ENOUGH_EVENTS = CompactForm.MAX_EVENTS / 4;

  private static final int FIXED_BYTES = 64;
  private static final int MOST_EVENT_BYTES = 64;
  private static final int NOTE_BYTES = 12;

  private record Slot(EventMark mark, int cpu) {}

  private record Shape(
      int slot, int tid, int field0, int field1, int field2, int field3, int field4) {}

  private final Map<Slot, Integer> slots = new HashMap<>();
  private final Map<Shape, Integer> shapes = new HashMap<>();
  private final PayloadWriter slotTable = new PayloadWriter();
  private final PayloadWriter shapeTable = new PayloadWriter();
  private final PayloadWriter noteTable = new PayloadWriter();
  private final byte[] order = new byte[CompactForm.MAX_EVENTS / 8];
  private final ColumnsBuilder requests = new ColumnsBuilder();
  private final ColumnsBuilder outcomes = new ColumnsBuilder();
  private final PayloadWriter payload = new PayloadWriter();
  private long firstLine;
  private long startMicros;
  private long clockMicros;
  private int lastFrame;
  private int notes;
  private int requestsBeforeNote;
  private int outcomesBeforeNote;

  /** An empty block. */
  public BlockBuilder() {}

  /** Whether it has no event. */
  public boolean hasNoEvents() {
    return events() == 0;
  }

  /** Whether it has neither event nor note. */
  public boolean isEmpty() {
    return events() == 0 && notes == 0;
  }

  private int events() {
    return requests.count() + outcomes.count();
  }

  /**
   * Begins a block.
   *
   * @param line number of its first line, from 1
   */
  public void begin(long line) {
    firstLine = line;
  }

  /** Whether another event surely fits. */
  public boolean hasRoom() {
    boolean narrow = shapes.size() < NARROW_SHAPES || events() < ENOUGH_EVENTS;
    return events() < CompactForm.MAX_EVENTS
        && narrow
        && bytes() + MOST_EVENT_BYTES <= CompactForm.MAX_PAYLOAD_BYTES;
  }

  /** Whether a note fits. */
  public boolean hasRoomForNote(int length) {
    return bytes() + NOTE_BYTES + length <= CompactForm.MAX_PAYLOAD_BYTES;
  }

  /** The most that the block takes as it stands. */
  private int bytes() {
    return FIXED_BYTES
        + slotTable.length()
        + shapeTable.length()
        + noteTable.length()
        + order.length
        + requests.bytes()
        + outcomes.bytes();
  }

  /** Sets the time from which the first event counts; only while there is none. */
  public void clock(long micros) {
    startMicros = micros;
    clockMicros = micros;
    requests.begin(micros);
    outcomes.begin(micros);
  }

  /** Adds a line that is no event, without its end. */
  public void note(byte[] text, int start, int length) {
    noteTable.number(requests.count() - requestsBeforeNote);
    noteTable.number(outcomes.count() - outcomesBeforeNote);
    noteTable.number(length);
    noteTable.put(text, start, length);
    requestsBeforeNote = requests.count();
    outcomesBeforeNote = outcomes.count();
    notes++;
  }

  /**
   * Adds an event.
   *
   * @param base from which its frame counts
   */
  public void add(EventLine event, int base) {
    int shape = shape(event, slot(event, base));
    clockMicros += event.stepMicros;
    if (event.mark.hasFrame()) {
      lastFrame = Math.max(lastFrame, base + event.delta + (1 << event.order()) - 1);
    }
    if (!event.mark.isRequest()) {
      order[events() >> 3] |= (byte) (1 << (events() & 7));
    }
    (event.mark.isRequest() ? requests : outcomes).add(shape, clockMicros, event.delta);
  }

  private int slot(EventLine event, int base) {
    Slot slot = new Slot(event.mark, event.cpu);
    Integer known = slots.putIfAbsent(slot, slots.size());
    if (known != null) {
      return known;
    }
    slotTable.put(event.mark.ordinal());
    slotTable.number(event.cpu);
    if (event.mark.hasFrame()) {
      slotTable.number(base);
    }
    return slots.size() - 1;
  }

  private int shape(EventLine event, int slot) {
    int[] f = new int[EventMark.MOST_FIELDS];
    System.arraycopy(event.fields, 0, f, 0, event.mark.fields());
    Shape shape = new Shape(slot, event.tid, f[0], f[1], f[2], f[3], f[4]);
    Integer known = shapes.putIfAbsent(shape, shapes.size());
    if (known != null) {
      return known;
    }
    shapeTable.number(slot);
    shapeTable.number(event.tid);
    for (int field = 0; field < event.mark.fields(); field++) {
      shapeTable.number(f[field]);
    }
    return shapes.size() - 1;
  }

  /** Writes the block and empties this. */
  public void write(CompactOutput out) throws IOException {
    int width = shapes.size() > NARROW_SHAPES ? 2 : 1;
    payload.clear();
    payload.number(requests.count());
    payload.number(outcomes.count());
    payload.number(firstLine);
    payload.signedNumber(startMicros);
    payload.number(clockMicros - startMicros);
    payload.number(lastFrame);
    payload.put(width);
    table(slots.size(), slotTable);
    table(shapes.size(), shapeTable);
    table(notes, noteTable);
    payload.put(order, 0, (events() + 7) / 8);
    requests.write(payload, width);
    outcomes.write(payload, width);
    out.block(CompactForm.EVENTS, payload, events());
    clear();
  }

  private void table(int count, PayloadWriter table) {
    payload.number(count);
    payload.put(table);
  }

  private void clear() {
    slots.clear();
    shapes.clear();
    slotTable.clear();
    shapeTable.clear();
    noteTable.clear();
    Arrays.fill(order, (byte) 0);
    requests.clear();
    outcomes.clear();
    lastFrame = 0;
    notes = 0;
    requestsBeforeNote = 0;
    outcomesBeforeNote = 0;
  }
}
