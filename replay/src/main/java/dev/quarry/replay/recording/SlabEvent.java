package dev.quarry.replay.recording;

import dev.quarry.replay.compact.SlabMark;

/**
 * One event of the object allocator (include/trace/events/kmem.h). A reader has one such object and
 * fills it anew for each event. A field that an event's kind does not have is 0 or empty.
 */
public final class SlabEvent {
  /** A pointer with this bit is not in the direct map. */
  public static final long VIRTUAL = Long.MIN_VALUE;

  /** All of an event but its time and pointer. */
  static final class Shape {
    SlabMark mark = SlabMark.KFREE;
    int cpu;
    int tid;
    int requested;
    int allocated;
    int gfp;
    String gfpNames = "";
    int site;
    int cache;
    String siteName = "";
    String cacheName = "";

    /** What the user of the reader keeps with the shape, or {@link #NO_TAG}. */
    int tag = NO_TAG;
  }

  /** No tag was set for events like this one. */
  public static final int NO_TAG = -1;

  Shape shape = new Shape();
  long timeMicros;
  long pointer;

  SlabEvent() {}

  /** What happened. */
  public SlabMark mark() {
    return shape.mark;
  }

  /** When, in microseconds of the recorded machine's clock; never less than the event before. */
  public long timeMicros() {
    return timeMicros;
  }

  /** The CPU on which it happened. */
  public int cpu() {
    return shape.cpu;
  }

  /** The thread that was running. */
  public int tid() {
    return shape.tid;
  }

  /** The physical address, or with {@link #VIRTUAL} another one. */
  public long pointer() {
    return pointer;
  }

  /** Of allocations: bytes that were asked for; 0 if the file does not tell. */
  public int requested() {
    return shape.requested;
  }

  /** Of allocations: bytes from one object of the cache to the next; 0 as {@link #requested}. */
  public int allocated() {
    return shape.allocated;
  }

  /** Of allocations: the flags as the reader's options translated them. */
  public int gfp() {
    return shape.gfp;
  }

  /** Of allocations: the flags in the kernel's words. */
  public String gfpNames() {
    return shape.gfpNames;
  }

  /** Who called: the number of {@link #siteName}. */
  public int site() {
    return shape.site;
  }

  /** Who called: function and offset. */
  public String siteName() {
    return shape.siteName;
  }

  /** Of {@code c} and {@code d}: the cache's name. */
  public String cacheName() {
    return shape.cacheName;
  }

  /** What {@link #tag(int)} set for events that differ only in time and pointer. */
  public int tag() {
    return shape.tag;
  }

  /** Keeps a number from 0 on with all events that differ only in time and pointer, if it can. */
  public void tag(int number) {
    shape.tag = number;
  }
}
