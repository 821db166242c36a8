package dev.quarry.replay.compact;

import java.util.Arrays;

/** The tables of a block of events: its shapes, and what the frames of its slots count from. */
public final class Shapes {
  static final int MAX_CPU = (1 << 16) - 1;

  private final Slots slots = new Slots();
  private int count;
  private int[] slot = {};
  private int[] tid = {};
  private int[] fields = {};
  private long[] frameRules = {};

  Shapes() {}

  void read(PayloadReader in, Block block, int lastFrame) {
    slots.read(in);
    count = in.number("shapes", CompactForm.MAX_EVENTS);
    if (count > slot.length) {
      slot = new int[count];
      tid = new int[count];
      fields = new int[count * EventMark.MOST_FIELDS];
      frameRules = new long[count];
    }
    Arrays.fill(fields, 0, count * EventMark.MOST_FIELDS, 0);
    for (int shape = 0; shape < count; shape++) {
      slot[shape] = in.number("slot", slots.count - 1);
      tid[shape] = in.number("thread", Integer.MAX_VALUE);
      EventMark mark = mark(shape);
      for (int field = 0; field < mark.fields(); field++) {
        fields[shape * EventMark.MOST_FIELDS + field] = in.number("field", mark.largest(field));
      }
      bound(shape, block, lastFrame);
    }
  }

  /** A frame must be one of the block's; a request that failed has 0 and no other. */
  private void bound(int shape, Block block, int lastFrame) {
    boolean hasFrame = mark(shape).hasFrame();
    int pages = 1 << field(shape, 0);
    if (hasFrame && pages - 1 > lastFrame) {
      throw block.error(pages + " pages do not fit below the last frame, " + lastFrame);
    }
    long highest = hasFrame ? lastFrame - pages + 1 : 0;
    frameRules[shape] = highest << Integer.SIZE | slot[shape];
  }

  /** How many shapes there are; their numbers begin at 0. */
  public int count() {
    return count;
  }

  /** The kind of a shape's events. */
  public EventMark mark(int shape) {
    return slots.marks[slot[shape]];
  }

  /** The CPU of a shape's events. */
  public int cpu(int shape) {
    return slots.cpus[slot[shape]];
  }

  /** The thread of a shape's events. */
  public int tid(int shape) {
    return tid[shape];
  }

  /** A field behind the frame; 0 where the kind has fewer. */
  public int field(int shape, int field) {
    return fields[shape * EventMark.MOST_FIELDS + field];
  }

  /** What the frames of each kind on each CPU count from. */
  public void forEachSlot(TextBlock.SlotConsumer consumer) {
    for (int i = 0; i < slots.count; i++) {
      if (slots.marks[i].hasFrame()) {
        consumer.accept(slots.marks[i], slots.cpus[i], slots.bases[i]);
      }
    }
  }

  /**
   * For each shape, in the low half its slot, in the high half the highest frame that an event may
   * begin at.
   */
  long[] frameRules() {
    return frameRules;
  }

  /** The slot of a shape's events. */
  int slot(int shape) {
    return slot[shape];
  }

  /** For each slot, the frame from which its first event counts. */
  int[] bases() {
    return Arrays.copyOf(slots.bases, slots.count);
  }

  /** For each slot, the frame of its last event; moved on by who decodes frames. */
  int[] lastFrames() {
    return slots.last;
  }

  /** Kinds on CPUs: what the frame numbers of each count from. */
  private static final class Slots {
    private int count;
    private EventMark[] marks = {};
    private int[] cpus = {};
    private int[] bases = {};
    private int[] last = {};

    void read(PayloadReader in) {
      count = in.number("slots", CompactForm.MAX_EVENTS);
      if (count > last.length) {
        marks = new EventMark[count];
        cpus = new int[count];
        bases = new int[count];
        last = new int[count];
      }
      for (int i = 0; i < count; i++) {
        marks[i] = EventMark.of(in.unsignedByte("kind", EventMark.count() - 1));
        cpus[i] = in.number("CPU", MAX_CPU);
        bases[i] = marks[i].hasFrame() ? in.number("base", Integer.MAX_VALUE) : 0;
        last[i] = bases[i];
      }
    }
  }
}
