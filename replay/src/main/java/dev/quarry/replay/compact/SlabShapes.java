package dev.quarry.replay.compact;

import java.util.Arrays;

/**
 * The shapes of a block of slab events: all of an event but its time and pointer. A slot is what
 * pointers count from: the cache (none: kmalloc and kfree) on a CPU, as a freed object is often the
 * next to be allocated there.
 */
public final class SlabShapes {
  private int count;
  private int nrSlots;
  private SlabMark[] marks = {};
  private int[] cpus = {};
  private int[] tids = {};
  private int[] slots = {};
  private int[] fields = {};
  private long[] last = {};

  SlabShapes() {}

  void read(PayloadReader in) {
    nrSlots = in.number("slots", CompactForm.MAX_EVENTS);
    if (nrSlots > last.length) {
      last = new long[nrSlots];
    }
    Arrays.fill(last, 0, nrSlots, 0);
    count = in.number("shapes", CompactForm.MAX_EVENTS);
    if (count > marks.length) {
      marks = new SlabMark[count];
      cpus = new int[count];
      tids = new int[count];
      slots = new int[count];
      fields = new int[count * SlabMark.MOST_FIELDS];
    }
    for (int shape = 0; shape < count; shape++) {
      marks[shape] = SlabMark.of(in.unsignedByte("kind", SlabMark.count() - 1));
      slots[shape] = in.number("slot", nrSlots - 1);
      cpus[shape] = in.number("CPU", Shapes.MAX_CPU);
      tids[shape] = in.number("thread", Integer.MAX_VALUE);
      for (int field = 0; field < marks[shape].fields(); field++) {
        int value = in.number("field", marks[shape].largest(field));
        fields[shape * SlabMark.MOST_FIELDS + field] = value;
      }
    }
  }

  /** How many shapes there are; their numbers begin at 0. */
  public int count() {
    return count;
  }

  /** The kind of a shape's events. */
  public SlabMark mark(int shape) {
    return marks[shape];
  }

  /** The CPU of a shape's events. */
  public int cpu(int shape) {
    return cpus[shape];
  }

  /** The thread of a shape's events. */
  public int tid(int shape) {
    return tids[shape];
  }

  /** A field behind the pointer; only those that the kind has. */
  public int field(int shape, int field) {
    return fields[shape * SlabMark.MOST_FIELDS + field];
  }

  int[] slots() {
    return slots;
  }

  /** For each slot the last pointer, without the bits that no pointer of the block has. */
  long[] last() {
    return last;
  }
}
