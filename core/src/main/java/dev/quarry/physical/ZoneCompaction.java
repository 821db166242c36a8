package dev.quarry.physical;

import org.jspecify.annotations.Nullable;

/**
 * What a zone remembers of compaction: {@code compact_*} of {@code struct zone}
 * (include/linux/mmzone.h), {@code defer_compaction} and its sisters (mm/compaction.c, 6.18).
 *
 * <pre>
 *   start ──────► cachedMigrate[async, sync]          cachedFree ◄────── end
 *
 *   failures    0   1   2   3  ...  6 and more
 *   requests    -   1   3   7  ...  63                are turned away before the next try
 * </pre>
 *
 * <p>Positions are hints; one compactor works in a zone at a time ({@link #begin}), so that only
 * readers may see them change.
 */
public final class ZoneCompaction {
  /** COMPACT_MAX_DEFER_SHIFT. */
  private static final int MOST_DEFER_SHIFT = 6;

  private final Zone zone;
  private final int pageblockPages;
  private final int[] cachedMigrate = new int[2];
  private int cachedFree;
  private int initMigrate;
  private int initFree;
  private volatile boolean flushSkips;
  private int considered;
  private int deferShift;
  private int orderFailed;
  private @Nullable Thread compactor;

  /** Free pages that were taken off the lists: guarded by the zone's lock. */
  long isolatedPages;

  /** Guarded by the zone's lock. */
  @Nullable Capture capture;

  ZoneCompaction(Zone zone, int pageblockPages) {
    this.zone = zone;
    this.pageblockPages = pageblockPages;
  }

  /** The first frame of the zone's last pageblock. */
  public int lastPageblock() {
    return (zone.endPfn() - 1) & -pageblockPages;
  }

  /** Begins to compact, unless somebody else does. */
  public synchronized boolean begin() {
    if (compactor != null) {
      return false;
    }
    compactor = Thread.currentThread();
    return true;
  }

  /** Ends what {@link #begin} began. */
  public synchronized void end() {
    compactor = null;
  }

  /** Says which block is waited for, or null for none. */
  public void capture(@Nullable Capture wanted) {
    zone.lock.lock();
    capture = wanted;
    zone.lock.unlock();
  }

  /** Free pages that compaction holds, to move others there. */
  public long isolatedPages() {
    return isolatedPages;
  }

  /** Where the migrate scanner begins next. */
  public int cachedMigrate(boolean sync) {
    return cachedMigrate[sync ? 1 : 0];
  }

  /** Sets where it begins next. */
  public void cachedMigrate(boolean sync, int pfn) {
    cachedMigrate[sync ? 1 : 0] = pfn;
  }

  /** Where the free scanner begins next. */
  public int cachedFree() {
    return cachedFree;
  }

  /** Sets where it begins next. */
  public void cachedFree(int pfn) {
    cachedFree = pfn;
  }

  /** Where scanning a whole zone begins, as far as is known: {@code compact_init_migrate_pfn}. */
  public int initMigrate() {
    return initMigrate;
  }

  /** Where the free scanner begins with a whole zone: {@code compact_init_free_pfn}. */
  public int initFree() {
    return initFree;
  }

  /** Sets where both begin after the hints were cleared; negative leaves one as it is. */
  public void init(int migrate, int free) {
    initMigrate = migrate < 0 ? initMigrate : migrate;
    initFree = free < 0 ? initFree : free;
  }

  /** Both scanners begin anew: {@code reset_cached_positions}. */
  public void resetPositions() {
    cachedMigrate[0] = zone.startPfn();
    cachedMigrate[1] = zone.startPfn();
    cachedFree = lastPageblock();
  }

  /** Whether the hints are to be cleared: {@code compact_blockskip_flush}. */
  public boolean flushSkips() {
    return flushSkips;
  }

  /** Says whether they are. */
  public void flushSkips(boolean flush) {
    flushSkips = flush;
  }

  /** Compaction brought no block of an order: {@code defer_compaction}. */
  public synchronized void defer(int order) {
    considered = 0;
    deferShift = Math.min(deferShift + 1, MOST_DEFER_SHIFT);
    orderFailed = Math.min(orderFailed, order);
  }

  /** Whether a request is turned away this time: {@code compaction_deferred}. */
  public synchronized boolean isDeferred(int order) {
    if (order < orderFailed) {
      return false;
    }
    int limit = 1 << deferShift;
    considered = Math.min(considered + 1, limit);
    return considered < limit;
  }

  /**
   * Compaction brought a block: {@code compaction_defer_reset}.
   *
   * @param allocated whether the request has it, rather than will likely get it
   */
  public synchronized void undefer(int order, boolean allocated) {
    if (allocated) {
      considered = 0;
      deferShift = 0;
    }
    orderFailed = Math.max(orderFailed, order + 1);
  }

  /** Whether it begins again after having been deferred longest: {@code compaction_restarting}. */
  public synchronized boolean isRestarting(int order) {
    return order >= orderFailed && deferShift == MOST_DEFER_SHIFT && considered >= 1 << deferShift;
  }

  /** Failures in a row, up to 6: {@code compact_defer_shift}. */
  public synchronized int deferShift() {
    return deferShift;
  }

  /** Requests since the last failure: {@code compact_considered}. */
  public synchronized int considered() {
    return considered;
  }

  /** The smallest order that failed: {@code compact_order_failed}. */
  public synchronized int orderFailed() {
    return orderFailed;
  }
}
