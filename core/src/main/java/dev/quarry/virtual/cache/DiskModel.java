package dev.quarry.virtual.cache;

/**
 * What a disk's work costs in virtual time.
 *
 * @param seekNanos a request that does not follow the one before
 * @param pageNanos moving a page of 4 KiB
 */
public record DiskModel(long seekNanos, long pageNanos) {
  /** Takes no time: requests are over when they are made. */
  public static final DiskModel INSTANT = new DiskModel(0, 0);

  private static final long MOST_NANOS = 10_000_000_000L;
  private static final long SECOND = 1_000_000_000L;

  /** Checks both numbers. */
  public DiskModel {
    check("a seek", seekNanos);
    check("a page", pageNanos);
  }

  private static void check(String what, long nanos) {
    if (nanos < 0 || nanos > MOST_NANOS) {
      throw new IllegalArgumentException(what + " of " + nanos + " ns is not 0 to " + MOST_NANOS);
    }
  }

  /** Pages that it moves in a second: {@code write_bandwidth}; a lot if they take no time. */
  public long pagesPerSecond() {
    return SECOND / Math.max(1, pageNanos);
  }
}
