package dev.quarry.replay.compact;

import java.util.Arrays;

/**
 * One event in the canonical form of its line, which is the one that can be given back byte for
 * byte from numbers:
 *
 * <pre>
 *   LETTER dt cpu tid [delta] fields...\n      one blank between, decimal, no zeros in front
 * </pre>
 */
public final class EventLine extends CanonicalLine {
  /** No line in canonical form is longer. */
  public static final int MAX_BYTES = 128;

  EventMark mark = EventMark.ALLOC;
  long stepMicros;
  int cpu;
  int tid;
  int delta;
  final int[] fields = new int[EventMark.MOST_FIELDS];

  /** An event of no consequence. */
  public EventLine() {}

  /** The kind. */
  public EventMark mark() {
    return mark;
  }

  /** The time since the line before, in microseconds. */
  public long stepMicros() {
    return stepMicros;
  }

  /** The CPU. */
  public int cpu() {
    return cpu;
  }

  /** The frame less that of the event before with this kind and CPU; 0 without a frame. */
  public int delta() {
    return delta;
  }

  /** The order, whose pages must all have numbers; 0 where the line has none. */
  public int order() {
    return mark.fields() == 0 ? 0 : fields[0];
  }

  /** Of allocations: the number of their flags. */
  public int gfpNumber() {
    return fields[2];
  }

  /**
   * Reads a line.
   *
   * @param start of the line in {@code text}; its end is a line feed
   * @return false if it is not an event in canonical form; the event is then undefined
   */
  public boolean read(byte[] text, int start) {
    bytes = text;
    position = start;
    if (!readMark()) {
      return false;
    }
    stepMicros = number(MAX_STEP_MICROS);
    cpu = (int) number(Shapes.MAX_CPU);
    tid = (int) number(Integer.MAX_VALUE);
    if (stepMicros < 0 || cpu < 0 || tid < 0 || !readDelta()) {
      return false;
    }
    for (int field = 0; field < mark.fields(); field++) {
      fields[field] = (int) number(mark.largest(field));
      if (fields[field] < 0) {
        return false;
      }
    }
    return bytes[position] == '\n';
  }

  private boolean readMark() {
    EventMark found = EventMark.of(bytes[position]);
    if (found == null) {
      return false;
    }
    mark = found;
    position++;
    if (found == EventMark.ALLOC && bytes[position] == '!') {
      mark = EventMark.ALLOC_FAILED;
      position++;
    }
    return true;
  }

  private boolean readDelta() {
    delta = 0;
    if (!mark.hasFrame()) {
      return true;
    }
    if (!skip(' ')) {
      return false;
    }
    boolean negative = skip('-');
    int size = (int) digits(Integer.MAX_VALUE);
    delta = negative ? -size : size;
    return size >= (negative ? 1 : 0);
  }

  /** Takes another event, whose fields are 0. */
  public void set(EventMark newMark, long newStepMicros, int newCpu, int newTid, int newDelta) {
    mark = newMark;
    stepMicros = newStepMicros;
    cpu = newCpu;
    tid = newTid;
    delta = newDelta;
    Arrays.fill(fields, 0);
  }

  /** Sets a field behind the frame, by its number from 0. */
  public void field(int field, int value) {
    fields[field] = value;
  }

  /** Takes the place of an event of a block; the step counts from the line before it. */
  void set(Shapes shapes, int shape, long newStepMicros, int newDelta) {
    set(shapes.mark(shape), newStepMicros, shapes.cpu(shape), shapes.tid(shape), newDelta);
    for (int field = 0; field < fields.length; field++) {
      fields[field] = shapes.field(shape, field);
    }
  }

  /**
   * Writes the line with its end.
   *
   * @param target with {@link #MAX_BYTES} behind {@code at}
   * @return where the line ends
   */
  public int write(byte[] target, int at) {
    bytes = target;
    position = at;
    bytes[position++] = (byte) mark.letters().charAt(0);
    if (mark == EventMark.ALLOC_FAILED) {
      bytes[position++] = '!';
    }
    put(stepMicros);
    put(cpu);
    put(tid);
    if (mark.hasFrame()) {
      put(delta);
    }
    for (int field = 0; field < mark.fields(); field++) {
      put(fields[field]);
    }
    bytes[position++] = '\n';
    return position;
  }
}
