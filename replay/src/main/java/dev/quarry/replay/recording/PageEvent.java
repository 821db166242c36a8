package dev.quarry.replay.recording;

/**
 * One event of the page allocator. A reader has one such object and fills it anew for each event,
 * so that reading makes none: take out what is to be kept. A field that an event's kind does not
 * have is 0.
 */
public final class PageEvent {
  /** The frame number of a request that failed. */
  public static final int NO_PFN = -1;

  PageEventKind kind = PageEventKind.ALLOC;
  long timeMicros;
  int cpu;
  int tid;
  int gfp;
  String gfpNames = "";

  // As they stand in the file, where they may be too large for what they mean.
  long pfn;
  long order;
  long migrateType;
  long gfpIndex;
  long fallbackOrder;
  long fallbackType;
  long flag;

  PageEvent() {}

  /** Forgets the fields that not every kind has. */
  void clear() {
    pfn = NO_PFN;
    order = 0;
    migrateType = 0;
    gfpIndex = 0;
    fallbackOrder = 0;
    fallbackType = 0;
    flag = 0;
    gfp = 0;
    gfpNames = "";
  }

  /** What happened. */
  public PageEventKind kind() {
    return kind;
  }

  /** When, in microseconds of the recorded machine's clock; never less than the event before. */
  public long timeMicros() {
    return timeMicros;
  }

  /** The CPU on which it happened. */
  public int cpu() {
    return cpu;
  }

  /** The thread that was running. */
  public int tid() {
    return tid;
  }

  /** The first frame; {@link #NO_PFN} for {@link PageEventKind#ALLOC_FAILED}. */
  public int pfn() {
    return (int) pfn;
  }

  /** The block's order; of {@link PageEventKind#FALLBACK} the order that was asked for. */
  public int order() {
    return (int) order;
  }

  /** The migrate type; of {@link PageEventKind#FALLBACK} the one that was asked for. */
  public int migrateType() {
    return (int) migrateType;
  }

  /** Of allocations: the request's flags, as {@link PageEventOptions#gfp} translated them. */
  public int gfp() {
    return gfp;
  }

  /** Of allocations: the request's flags in the kernel's words. */
  public String gfpNames() {
    return gfpNames;
  }

  /** Of {@link PageEventKind#FALLBACK}: the order of the block that was found. */
  public int fallbackOrder() {
    return (int) fallbackOrder;
  }

  /** Of {@link PageEventKind#FALLBACK}: the migrate type of the block that was found. */
  public int fallbackType() {
    return (int) fallbackType;
  }

  /** Of {@link PageEventKind#ZONE_LOCKED}: whether the block went to a per-CPU list. */
  public boolean percpuRefill() {
    return kind == PageEventKind.ZONE_LOCKED && flag != 0;
  }

  /** Of {@link PageEventKind#FALLBACK}: whether the pageblock changed its type for good. */
  public boolean changeOwnership() {
    return kind == PageEventKind.FALLBACK && flag != 0;
  }
}
