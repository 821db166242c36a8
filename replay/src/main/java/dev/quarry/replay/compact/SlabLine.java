package dev.quarry.replay.compact;

import java.nio.charset.StandardCharsets;

/**
 * One slab event in the canonical form of its line, which is the one that can be given back byte
 * for byte from numbers:
 *
 * <pre>
 *   LETTER dt cpu tid [v]pointer fields...\n
 * </pre>
 *
 * <p>One blank between, decimal but for the pointer, which is lower-case hexadecimal; no zeros in
 * front. A pointer with {@code v} is not in the direct map; its highest bit is set, here and there.
 */
public final class SlabLine extends CanonicalLine {
  /** No line in canonical form is longer. */
  public static final int MAX_BYTES = 128;

  private static final int MAX_HEX_DIGITS = 16;
  private static final byte[] HEX = "0123456789abcdef".getBytes(StandardCharsets.US_ASCII);

  SlabMark mark = SlabMark.KMALLOC;
  long stepMicros;
  int cpu;
  int tid;
  long pointer;
  final int[] fields = new int[SlabMark.MOST_FIELDS];

  /** An event of no consequence. */
  public SlabLine() {}

  /** The kind. */
  public SlabMark mark() {
    return mark;
  }

  /** The time since the line before, in microseconds. */
  public long stepMicros() {
    return stepMicros;
  }

  /** The value of a field behind the pointer. */
  public int field(int field) {
    return fields[field];
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
    SlabMark found = SlabMark.of(bytes[position++]);
    if (found == null) {
      return false;
    }
    mark = found;
    stepMicros = number(MAX_STEP_MICROS);
    cpu = (int) number(Shapes.MAX_CPU);
    tid = (int) number(Integer.MAX_VALUE);
    if (stepMicros < 0 || cpu < 0 || tid < 0 || !readPointer()) {
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

  private boolean readPointer() {
    if (!skip(' ')) {
      return false;
    }
    boolean virtual = skip('v');
    int first = position;
    pointer = 0;
    for (int digit = hex(first); digit >= 0 && position - first < MAX_HEX_DIGITS; ) {
      pointer = pointer << 4 | digit;
      digit = hex(++position);
    }
    return isCanonical(first) && pointer < 0 == virtual;
  }

  private int hex(int at) {
    int c = bytes[at];
    if (c >= '0' && c <= '9') {
      return c - '0';
    }
    return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
  }

  /** Takes the place of an event of a block; the step counts from the line before it. */
  void set(SlabShapes shapes, int shape, long newStepMicros, long newPointer) {
    mark = shapes.mark(shape);
    stepMicros = newStepMicros;
    cpu = shapes.cpu(shape);
    tid = shapes.tid(shape);
    pointer = newPointer;
    for (int field = 0; field < mark.fields(); field++) {
      fields[field] = shapes.field(shape, field);
    }
  }

  /** Writes the line; gives the offset behind it. */
  int write(byte[] target, int start) {
    bytes = target;
    position = start;
    bytes[position++] = mark.letter();
    put(stepMicros);
    put(cpu);
    put(tid);
    putPointer();
    for (int field = 0; field < mark.fields(); field++) {
      put(fields[field]);
    }
    bytes[position++] = '\n';
    return position;
  }

  private void putPointer() {
    bytes[position++] = ' ';
    if (pointer < 0) {
      bytes[position++] = 'v';
    }
    int digits = Math.max(1, (Long.SIZE + 3 - Long.numberOfLeadingZeros(pointer)) / 4);
    for (int digit = digits - 1; digit >= 0; digit--) {
      bytes[position++] = HEX[(int) (pointer >>> (4 * digit)) & 15];
    }
  }
}
