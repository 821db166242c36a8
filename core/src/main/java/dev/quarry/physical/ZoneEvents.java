package dev.quarry.physical;

/**
 * Counts of what the buddy system did in one zone; written under the zone's lock. Pages and blocks
 * since boot.
 */
public final class ZoneEvents {
  long splits;
  long merges;
  long takenPages;
  long refillPages;
  long drainPages;
  long claims;
  long steals;
  long failures;
  long lockings;

  /** Blocks that were halved; a block of order 3 split to order 0 counts 3. */
  public long splits() {
    return splits;
  }

  /** Pairs of buddies that became one block. */
  public long merges() {
    return merges;
  }

  /** Pages that left the free lists of the type that was asked for: mm_page_alloc_zone_locked. */
  public long takenPages() {
    return takenPages;
  }

  /** Pages moved from the free lists to per-CPU lists. */
  public long refillPages() {
    return refillPages;
  }

  /** Pages moved from per-CPU lists back to the free lists. */
  public long drainPages() {
    return drainPages;
  }

  /** Fallbacks to another migrate type that claimed the whole pageblock. */
  public long claims() {
    return claims;
  }

  /** Fallbacks to another migrate type that took one block only. */
  public long steals() {
    return steals;
  }

  /** Times that the lock was taken to take blocks, to give some back, or to move many at once. */
  public long lockings() {
    return lockings;
  }

  /** Requests that this zone's watermarks allowed and its lists could not serve. */
  public long failures() {
    return failures;
  }
}
