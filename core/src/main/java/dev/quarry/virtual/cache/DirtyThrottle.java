package dev.quarry.virtual.cache;

import dev.quarry.machine.Cpu;
import dev.quarry.physical.DirtyLimits;
import dev.quarry.physical.NodeStat;
import java.util.concurrent.atomic.AtomicLong;

/**
 * Lets who writes faster than the disk wait: {@code balance_dirty_pages} (mm/page-writeback.c,
 * 6.18), for one device and one writer at a time.
 *
 * <pre>
 *   pos_ratio                                  x   = (setpoint - dirty) / (limit - setpoint)
 *   2 |*                                       pos = 1 + x^3
 *     |   *
 *   1 |       *  *  *  *                       pause = pages written * pos's part of the disk's speed
 *     |                    *
 *   0 +----------|----------*----► dirty
 *     freerun  setpoint   limit                freerun = (limit + background) / 2
 * </pre>
 */
public final class DirtyThrottle {
  private static final int SHIFT = 10;
  private static final long ONE = 1 << SHIFT;
  private static final long SECOND = 1_000_000_000L;

  /** MAX_PAUSE: a fifth of a second. */
  private static final long MOST_NANOS = SECOND / 5;

  private static final int FIRST_INTERVAL = 32;
  private static final int MOST_PAUSES = 100;

  private final PageCaches all;
  private final AtomicLong dirtied = new AtomicLong();
  private final AtomicLong pausedNanos = new AtomicLong();
  private volatile long interval = FIRST_INTERVAL;

  DirtyThrottle(PageCaches all) {
    this.all = all;
  }

  void dirtied() {
    dirtied.incrementAndGet();
  }

  /** How long writers had to wait so far. */
  public long pausedNanos() {
    return pausedNanos.get();
  }

  /**
   * A writer goes on: {@code balance_dirty_pages_ratelimited}. It looks at limits only after some
   * pages, and waits as long as it wrote too fast.
   */
  public void balance(Cpu cpu) {
    if (dirtied.get() >= interval) {
      balance(cpu, dirtied.getAndSet(0));
    }
  }

  private void balance(Cpu cpu, long pages) {
    Flusher flusher = all.flusher();
    for (int pauses = 0; pauses < MOST_PAUSES; pauses++) {
      DirtyLimits limits = DirtyLimits.of(all.memory());
      long dirty = flusher.nrDirty() + all.memory().stat(NodeStat.NR_WRITEBACK);
      long freerun = (limits.threshold() + limits.background()) / 2;
      if (flusher.nrDirty() > limits.background()) {
        flusher.wakeForBackground();
      }
      if (dirty <= freerun) {
        interval = interval(dirty, limits.threshold());
        return;
      }
      flusher.wakeForBackground();
      long ratio = positionRatio(dirty, freerun, limits.threshold());
      long pagesPerSecond = all.disk().model().pagesPerSecond() * ratio / ONE;
      long pause = pagesPerSecond == 0 ? MOST_NANOS : pages * SECOND / pagesPerSecond;
      pause = Math.min(pause, MOST_NANOS);
      try (var _ = all.memory().stalls().io(cpu)) {
        flusher.runUntil(cpu, all.clock().nanos() + pause);
      }
      pausedNanos.addAndGet(pause);
      interval = Math.max(1, pagesPerSecond / (SECOND / MOST_NANOS * 2));
      interval = Math.min(interval, FIRST_INTERVAL);
      if (pagesPerSecond > 0) {
        return;
      }
    }
  }

  /** Pages until limits are looked at again: {@code dirty_poll_interval}. */
  private static long interval(long dirty, long limit) {
    return limit > dirty
        ? 1L << ((Long.SIZE - 1 - Long.numberOfLeadingZeros(limit - dirty)) >> 1)
        : 1;
  }

  /** {@code pos_ratio_polynom}, in parts of 1,024; 0 at the limit and above. */
  static long positionRatio(long dirty, long freerun, long limit) {
    if (dirty >= limit) {
      return 0;
    }
    long setpoint = (freerun + limit) / 2;
    long x = ((setpoint - dirty) << SHIFT) / ((limit - setpoint) | 1);
    long ratio = ((x * x) >> SHIFT) * x / ONE;
    return Math.clamp(ratio + ONE, 0, 2 * ONE);
  }
}
