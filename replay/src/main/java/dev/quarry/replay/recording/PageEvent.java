package dev.quarry.replay.recording;

/**
 * One event of the page allocator. A reader has one such object and fills it anew for each event,
 * so that reading makes none: take out what is to be kept. A field that an event's kind does not
 * have is 0.
 */
public final class PageEvent {
  /** The frame number of a request that failed. */
  public static final int NO_PFN = -1;

  EventShape shape = new EventShape();
  long timeMicros;

  /** As it stands in the file, where it may be too large for a frame. */
  long pfn;

  PageEvent() {}

  /** What happened. */
  public PageEventKind kind() {
    return shape.kind;
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

  /** The first frame; {@link #NO_PFN} for {@link PageEventKind#ALLOC_FAILED}. */
  public int pfn() {
    return (int) pfn;
  }

  /** The block's order; of {@link PageEventKind#FALLBACK} the order that was asked for. */
  public int order() {
    return (int) shape.order;
  }

  /** The migrate type; of {@link PageEventKind#FALLBACK} the one that was asked for. */
  public int migrateType() {
    return (int) shape.migrateType;
  }

  /** Of allocations: the request's flags, as {@link PageEventOptions#gfp} translated them. */
  public int gfp() {
    return shape.gfp;
  }

  /** Of allocations: the request's flags in the kernel's words. */
  public String gfpNames() {
    return shape.gfpNames;
  }

  /** Of {@link PageEventKind#FALLBACK}: the order of the block that was found. */
  public int fallbackOrder() {
    return (int) shape.fallbackOrder;
  }

  /** Of {@link PageEventKind#FALLBACK}: the migrate type of the block that was found. */
  public int fallbackType() {
    return (int) shape.fallbackType;
  }

  /** Of {@link PageEventKind#ZONE_LOCKED}: whether the block went to a per-CPU list. */
  public boolean percpuRefill() {
    return shape.kind == PageEventKind.ZONE_LOCKED && shape.flag != 0;
  }

  /** Of {@link PageEventKind#FALLBACK}: whether the pageblock changed its type for good. */
  public boolean changeOwnership() {
    return shape.kind == PageEventKind.FALLBACK && shape.flag != 0;
  }
}
