package dev.quarry.physical;

/**
 * How many pages a CPU's lists may hold, and how many move at a time. The kernel adapts both as it
 * runs: runs of allocations without a free double the refill, runs of frees without an allocation
 * enlarge the drain, and {@code high} grows with either between {@code highMin} and {@code
 * highMax}.
 *
 * <pre>
 *   allocations without a free:  refill 1 × batch, 2 ×, 4 × … 32 ×    (allocFactor)
 *   frees without an allocation: drain  batch … high - batch          (freeCount)
 * </pre>
 *
 * <p>Rules of mm/page_alloc.c (6.18): {@code nr_pcp_alloc}, {@code nr_pcp_free}, {@code
 * nr_pcp_high}, {@code decay_pcp_high}, {@code free_frozen_page_commit}. Before 6.7 {@code high} is
 * fixed; from 5.14 on runs of frees double what a drain takes ({@code freeFactor}), before that
 * each drain takes a batch.
 */
class PcpTuning {
  /** CONFIG_PCP_BATCH_SCALE_MAX. */
  static final int BATCH_SCALE_MAX = 5;

  private static final int COSTLY_ORDER = 3;

  private final AllocRules rules;
  private final boolean adapts;

  int high;
  int batch = 1;
  int highMin;
  int highMax;
  int allocFactor;
  int freeCount;

  /** How often a run of frees doubled the drain: from 5.14 to 6.6. */
  private int freeFactor;

  /** PCPF_PREV_FREE_HIGH_ORDER: the last block freed was of order 1 to 3. */
  boolean lastFreeWasHighOrder;

  /** PCPF_FREE_HIGH_BATCH: wait for a batch before draining high orders (large CPU caches). */
  boolean freeHighInBatches;

  PcpTuning(AllocRules rules) {
    this.rules = rules;
    this.adapts = rules.pcpAutoTune();
  }

  /** Sets the limits, as a change of watermarks does. */
  void limits(int newHighMin, int newHighMax, int newBatch) {
    highMin = newHighMin;
    highMax = newHighMax;
    batch = newBatch;
    if (!adapts) {
      high = newHighMin;
    }
  }

  /** A request came: the run of frees is half as long. */
  void allocating() {
    freeCount >>= 1;
    freeFactor >>= 1;
  }

  /** How many blocks a refill takes. */
  int refillBlocks(int order, int count, boolean belowHigh) {
    high = clamp(high, highMin, highMax);
    if (!adapts) {
      return scaled(batch, order);
    }
    if (high < batch) {
      return 1;
    }
    int pages = order > 0 ? batch : batch << allocFactor;
    int newHigh = high;
    if (highMin != highMax && !belowHigh) {
      newHigh = Math.min(high + pages, highMax);
      high = newHigh;
    }
    if (order == 0) {
      int most = Math.max(newHigh - count - batch, batch);
      if (pages <= most && allocFactor < BATCH_SCALE_MAX) {
        allocFactor++;
      }
      pages = Math.min(pages, most);
    }
    return scaled(pages, order);
  }

  private static int scaled(int pages, int order) {
    return pages > 1 ? Math.max(pages >> order, 2) : pages;
  }

  /**
   * A block was freed.
   *
   * @return whether high orders are being freed in a long run, so that they should go back at once
   */
  boolean freeing(int order, int count) {
    allocFactor >>= 1;
    boolean freeHigh = false;
    if (order > 0 && order <= COSTLY_ORDER) {
      freeHigh = adapts ? isLongRunOfHighOrders(count) : freeFactor > 0;
      lastFreeWasHighOrder = true;
    } else {
      lastFreeWasHighOrder = false;
    }
    if (freeCount < batch << BATCH_SCALE_MAX) {
      freeCount += 1 << order;
    }
    return freeHigh && rules.pcpFreesHighOrders();
  }

  private boolean isLongRunOfHighOrders(int count) {
    int least = rules.pcpFreesHighOrdersLater() ? batch + highMin / 2 : batch;
    return freeCount >= least && lastFreeWasHighOrder && (!freeHighInBatches || count >= batch);
  }

  /**
   * Fewer pages than this are not too many, and {@link #highNow} would change nothing; 0 while that
   * cannot be said. One number for what a free has to ask about.
   */
  int trimFrom;

  /** To be called when high, its limits or the zone's pressure changed. */
  final void updateTrimFrom(boolean pressure) {
    boolean known = !pressure && high >= highMin && high <= highMax;
    trimFrom = known ? high : 0;
  }

  /** How many pages are too many, now: {@code nr_pcp_high}. */
  int highNow(int count, boolean freeHigh, boolean reclaimActive, boolean belowHigh) {
    int now = clamp(high, highMin, highMax);
    high = now;
    if (now == 0) {
      return 0;
    }
    if (!adapts) {
      return fixedHigh(freeHigh, reclaimActive);
    }
    if (freeHigh) {
      high = Math.max(now - (batch << BATCH_SCALE_MAX), highMin);
      return 0;
    }
    if (reclaimActive) {
      high = Math.max(now - Math.max(freeCount, batch), highMin);
      return Math.min(batch << 2, high);
    }
    if (highMin == highMax) {
      return now;
    }
    if (belowHigh) {
      high = Math.max(now - Math.max(freeCount, batch), highMin);
      return Math.max(count, highMin);
    }
    if (count >= now) {
      int needed = freeCount + batch;
      if (high < needed) {
        high = clamp(needed, highMin, highMax);
      }
    }
    return now;
  }

  private int fixedHigh(boolean freeHigh, boolean reclaimActive) {
    if (!rules.pcpFreeFactor()) {
      return high;
    }
    if (freeHigh) {
      return 0;
    }
    return reclaimActive ? Math.min(batch << 2, high) : high;
  }

  /** How many pages a drain moves: {@code nr_pcp_free}. */
  int drainPages(int count, int highNow, boolean freeHigh) {
    if (!adapts && !rules.pcpFreeFactor()) {
      return batch;
    }
    if (freeHigh) {
      return adapts ? Math.min(count, drainChunk()) : count;
    }
    if (highNow < batch) {
      return 1;
    }
    return clamp(adapts ? freeCount : doubled(highNow), batch, highNow - batch);
  }

  private int doubled(int highNow) {
    int pages = batch << freeFactor;
    if (pages < highNow - batch) {
      freeFactor++;
    }
    return pages;
  }

  /** As the kernel's clamp(): the upper bound wins where the bounds cross. */
  private static int clamp(int value, int low, int most) {
    return Math.min(Math.max(value, low), most);
  }

  /** The most pages that a drain moves under one hold of the lock. */
  int drainChunk() {
    return Math.max(1, batch << BATCH_SCALE_MAX);
  }

  /** Lowers {@code high} towards its minimum; returns how many of {@code count} are above it. */
  int decay(int count) {
    if (!adapts) {
      return 0;
    }
    if (high > highMin) {
      high = Math.max(Math.max(count - drainChunk(), high - (high >> 3)), highMin);
    }
    return count - high;
  }
}
