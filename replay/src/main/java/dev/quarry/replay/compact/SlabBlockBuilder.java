package dev.quarry.replay.compact;

import java.io.IOException;
import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;

/**
 * Collects the slab events and notes of a block, and writes it; the other side of {@link
 * SlabBlock}.
 */
public final class SlabBlockBuilder {
  private static final int NARROW_SHAPES = 1 << 8;

  /** So many events make it worthwhile to begin a block rather than to have wide numbers. */
  private static final int ENOUGH_EVENTS = CompactForm.MAX_EVENTS / 4;

  private static final int FIXED_BYTES = 64;
  private static final int MOST_EVENT_BYTES = 64;
  private static final int NOTE_BYTES = 12;
  private static final int NO_CACHE = -1;

  private record Slot(int cache, int cpu) {}

  private record Shape(
      SlabMark mark, int cpu, int tid, int field0, int field1, int field2, int field3) {}

  private final Map<Slot, Integer> slots = new HashMap<>();
  private final Map<Shape, Integer> shapes = new HashMap<>();
  private final PayloadWriter shapeTable = new PayloadWriter();
  private final PayloadWriter noteTable = new PayloadWriter();
  private final PayloadWriter payload = new PayloadWriter();
  private final PayloadWriter longSteps = new PayloadWriter();
  private final short[] shapeOf = new short[CompactForm.MAX_EVENTS];
  private final byte[] steps = new byte[CompactForm.MAX_EVENTS];
  private final long[] pointers = new long[CompactForm.MAX_EVENTS];
  private final int[] slotOf = new int[CompactForm.MAX_EVENTS];
  private long firstLine;
  private long startMicros;
  private long clockMicros;
  private long usedBits;
  private int count;
  private int notes;
  private int beforeNote;

  /** An empty block. */
  public SlabBlockBuilder() {}

  /** Whether it has no event. */
  public boolean hasNoEvents() {
    return count == 0;
  }

  /** Whether it has neither event nor note. */
  public boolean isEmpty() {
    return count == 0 && notes == 0;
  }

  /**
   * Begins a block.
   *
   * @param line number of its first line, from 1
   */
  public void begin(long line) {
    firstLine = line;
  }

  /** Sets the time from which the first event counts; only while there is none. */
  public void clock(long micros) {
    startMicros = micros;
    clockMicros = micros;
  }

  /** Whether another event surely fits. */
  public boolean hasRoom() {
    boolean narrow = shapes.size() < NARROW_SHAPES || count < ENOUGH_EVENTS;
    return count < CompactForm.MAX_EVENTS
        && narrow
        && bytes() + MOST_EVENT_BYTES <= CompactForm.MAX_PAYLOAD_BYTES;
  }

  /** Whether a note fits. */
  public boolean hasRoomForNote(int length) {
    return bytes() + NOTE_BYTES + length <= CompactForm.MAX_PAYLOAD_BYTES;
  }

  /** The most that the block takes as it stands: of an event 2, 1, a half and 8 bytes. */
  private int bytes() {
    return FIXED_BYTES + shapeTable.length() + noteTable.length() + longSteps.length() + 12 * count;
  }

  /** Adds a line that is no event, without its end. */
  public void note(byte[] text, int start, int length) {
    noteTable.number(count - beforeNote);
    noteTable.number(length);
    noteTable.put(text, start, length);
    beforeNote = count;
    notes++;
  }

  /** Adds an event. */
  public void add(SlabLine event) {
    int cacheField = event.mark.fieldOf('c');
    int cache = cacheField < 0 ? NO_CACHE : event.fields[cacheField];
    int slot = slots.computeIfAbsent(new Slot(cache, event.cpu), _ -> slots.size());
    shapeOf[count] = (short) shape(event, slot);
    slotOf[count] = slot;
    pointers[count] = event.pointer;
    usedBits |= event.pointer;
    clockMicros += event.stepMicros;
    if (event.stepMicros < CompactForm.LONG_STEP) {
      steps[count] = (byte) event.stepMicros;
    } else {
      steps[count] = (byte) CompactForm.LONG_STEP;
      longSteps.number(event.stepMicros);
    }
    count++;
  }

  private int shape(SlabLine event, int slot) {
    int[] f = Arrays.copyOf(event.fields, SlabMark.MOST_FIELDS);
    Arrays.fill(f, event.mark.fields(), f.length, 0);
    Shape shape = new Shape(event.mark, event.cpu, event.tid, f[0], f[1], f[2], f[3]);
    Integer known = shapes.putIfAbsent(shape, shapes.size());
    if (known != null) {
      return known;
    }
    shapeTable.put(event.mark.ordinal());
    shapeTable.number(slot);
    shapeTable.number(event.cpu);
    shapeTable.number(event.tid);
    for (int field = 0; field < event.mark.fields(); field++) {
      shapeTable.number(f[field]);
    }
    return shapes.size() - 1;
  }

  /** Writes the block and empties this. */
  public void write(CompactOutput out) throws IOException {
    int width = shapes.size() > NARROW_SHAPES ? 2 : 1;
    int shift = usedBits == 0 ? 0 : Long.numberOfTrailingZeros(usedBits);
    payload.clear();
    payload.number(count);
    payload.number(firstLine);
    payload.signedNumber(startMicros);
    payload.number(clockMicros - startMicros);
    payload.put(width);
    payload.put(shift);
    payload.number(slots.size());
    payload.number(shapes.size());
    payload.put(shapeTable);
    payload.number(notes);
    payload.put(noteTable);
    payload.number(longSteps.length());
    for (int i = 0; i < count; i++) {
      payload.lowest(shapeOf[i], width);
    }
    payload.put(steps, 0, count);
    deltas(shift);
    payload.put(longSteps);
    out.block(CompactForm.EVENTS, payload, count);
    clear();
  }

  private void deltas(int shift) {
    LongDeltasBuilder deltas = new LongDeltasBuilder();
    long[] last = new long[slots.size()];
    for (int i = 0; i < count; i++) {
      long pointer = pointers[i] >>> shift;
      deltas.add(pointer - last[slotOf[i]]);
      last[slotOf[i]] = pointer;
    }
    deltas.write(payload);
  }

  private void clear() {
    slots.clear();
    shapes.clear();
    shapeTable.clear();
    noteTable.clear();
    longSteps.clear();
    usedBits = 0;
    count = 0;
    notes = 0;
    beforeNote = 0;
  }
}
