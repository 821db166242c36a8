package dev.quarry.physical;

/**
 * How hard compaction tries: {@code enum compact_priority} (include/linux/compaction.h, 6.18), the
 * hardest first.
 */
public enum CompactPriority {
  /** The whole zone, whatever is known of its pageblocks. */
  SYNC_FULL,

  /** Waits for locks, but leaves alone what was no use lately. */
  SYNC_LIGHT,

  /** Gives up where it would have to wait, and in a block that cannot become free as a whole. */
  ASYNC;

  /** The hardest for costly orders. */
  private static final CompactPriority HARDEST_COSTLY = SYNC_LIGHT;

  /** What a request tries after this has failed; the same if there is nothing harder. */
  CompactPriority harder(boolean costly) {
    CompactPriority hardest = costly ? HARDEST_COSTLY : SYNC_FULL;
    return compareTo(hardest) > 0 ? values()[ordinal() - 1] : this;
  }

  /** The name in a decision trail. */
  public String label() {
    return switch (this) {
      case SYNC_FULL -> "sync full";
      case SYNC_LIGHT -> "sync light";
      case ASYNC -> "async";
    };
  }
}
