package dev.quarry.physical;

/**
 * How compaction ended: {@code enum compact_result} (include/linux/compaction.h, 6.18), in its
 * order, so that of several zones the largest counts.
 */
public enum CompactResult {
  /** It would not help: the request fails for lack of memory rather than for fragmentation. */
  NOT_SUITABLE_ZONE("the zone lacks memory rather than large blocks"),

  /** Too few free pages to move others to, or a machine without pages that could move. */
  SKIPPED("skipped, nothing to move or no room"),

  /** It failed lately, and is left alone for some requests. */
  DEFERRED("deferred, as it failed lately"),

  /** It goes on, as no block is free yet. */
  NO_SUITABLE_PAGE("no block yet"),

  /** It goes on. */
  CONTINUE("goes on"),

  /** Both scanners met after the whole zone, and there is no block. */
  COMPLETE("the scanners met, no block"),

  /** Both scanners met, having begun in the middle. */
  PARTIAL_SKIPPED("the scanners met, having begun in the middle, no block"),

  /** Somebody else was in the way. */
  CONTENDED("somebody else was in the way"),

  /** A block is free, or was won. */
  SUCCESS("success");

  private final String text;

  CompactResult(String text) {
    this.text = text;
  }

  /** What a decision trail says. */
  public String text() {
    return text;
  }

  /** The one that counts for a request that had both. */
  public CompactResult or(CompactResult other) {
    return compareTo(other) >= 0 ? this : other;
  }
}
