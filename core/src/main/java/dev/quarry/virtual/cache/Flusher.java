package dev.quarry.virtual.cache;

import dev.quarry.machine.Cpu;
import dev.quarry.machine.VirtualClock;
import dev.quarry.machine.WakeUp;
import dev.quarry.physical.DirtyLimits;
import dev.quarry.physical.NodeStat;
import java.util.Comparator;
import java.util.List;

/**
 * Who writes dirty pages of a device in the background: {@code struct bdi_writeback}, {@code
 * wb_workfn}, {@code wb_writeback} (fs/fs-writeback.c, 6.18).
 *
 * <pre>
 *   woken for               writes                                     until
 *   reclaim, sync           all files, the one dirty for longest first  nothing is dirty
 *   the background limit    the same                                    dirty pages are below it
 *   every 5 s               files that are dirty for 30 s               there is none
 * </pre>
 *
 * <p>A step writes up to 1,024 pages, as far as the disk's queue has room. Who drives the machine
 * decides when there is one: a simulation between operations of processes and while one waits, an
 * embedded machine in a thread of its own.
 */
public final class Flusher {
  /** MIN_WRITEBACK_PAGES: 4 MiB. */
  private static final int CHUNK = 1024;

  private final PageCaches all;
  private final WakeUp wakeUp = new WakeUp();
  private volatile boolean everything;
  private volatile boolean background;
  private volatile boolean old;
  private volatile long lastLook;

  Flusher(PageCaches all) {
    this.all = all;
  }

  /** {@code wakeup_flusher_threads}: all that is dirty now. */
  public void wakeForAll() {
    everything = true;
    wakeUp.signal();
  }

  /** {@code wb_start_background_writeback}. */
  void wakeForBackground() {
    background = true;
    wakeUp.signal();
  }

  /** Wakes its thread, if it has one. */
  public WakeUp wakeUp() {
    return wakeUp;
  }

  /** How long until there is something to do; 0: there is. */
  public long idleNanos() {
    long now = all.clock().nanos();
    if (everything || background || old) {
      boolean room = all.disk().inFlight() < CHUNK;
      return room ? 0 : Math.max(0, all.disk().nextDone() - now);
    }
    long every = all.memory().dirtySettings().writebackNanos();
    long look = every > 0 ? lastLook + every - now : Long.MAX_VALUE;
    long done = all.disk().inFlight() > 0 ? all.disk().nextDone() - now : Long.MAX_VALUE;
    return Math.max(0, Math.min(look, done));
  }

  /** Whether it has something to do or pages are being written. */
  public boolean isBusy() {
    return everything || background || old || all.disk().inFlight() > 0;
  }

  /** Whether a step between two operations has something to do. */
  public boolean isDue() {
    return isTimeToLook() || isBusy();
  }

  /**
   * Works a little: ends what the disk is done with, and writes a share of what it was woken for.
   *
   * @param cpu a CPU that the calling thread may use
   * @return whether there is more to do
   */
  public boolean step(Cpu cpu) {
    arrive(cpu);
    lookForOld();
    if (!everything && !background && !old) {
      return all.disk().inFlight() > 0;
    }
    long room = (long) CHUNK - all.disk().inFlight();
    long written = 0;
    for (PageCache cache : files()) {
      if (written >= room || (!everything && !old && !isOverBackground())) {
        break;
      }
      written += cache.writeBack().writeSome(cpu, room - written);
    }
    if (written == 0 && room > 0) {
      everything = false; // nothing is left, or nothing can be written
      background = false;
      old = false;
    }
    background &= isOverBackground();
    arrive(cpu);
    return isBusy();
  }

  private boolean isTimeToLook() {
    long every = all.memory().dirtySettings().writebackNanos();
    return every > 0 && all.clock().nanos() - lastLook >= every;
  }

  /** {@code wb_check_old_data_flush}. */
  private void lookForOld() {
    if (isTimeToLook()) {
      lastLook = all.clock().nanos();
      old = true;
    }
  }

  /** Files that are to be written, the one that is dirty for longest first. */
  private List<PageCache> files() {
    long expired = all.clock().nanos() - all.memory().dirtySettings().expireNanos();
    boolean any = everything || background;
    return all.all().stream()
        .filter(cache -> cache.nrDirty() > 0)
        .filter(cache -> any || cache.writeBack().dirtiedNanos() <= expired)
        .sorted(Comparator.comparingLong(cache -> cache.writeBack().dirtiedNanos()))
        .toList();
  }

  private void arrive(Cpu cpu) {
    for (var flight = all.disk().arrived(); flight != null; flight = all.disk().arrived()) {
      flight.cache().writeBack().arrived(cpu, flight);
    }
  }

  long nrDirty() {
    return all.memory().stat(NodeStat.NR_DIRTY);
  }

  private boolean isOverBackground() {
    return nrDirty() > DirtyLimits.of(all.memory()).background();
  }

  /** Lets time pass until then; what has to be written meanwhile is. */
  public void runUntil(Cpu cpu, long thenNanos) {
    VirtualClock clock = all.clock();
    step(cpu);
    while (clock.nanos() < thenNanos) {
      long next = thenNanos;
      if (all.disk().inFlight() > 0) {
        next = Math.min(next, all.disk().nextDone());
      }
      long every = all.memory().dirtySettings().writebackNanos();
      if (every > 0) {
        next = Math.min(next, lastLook + every);
      }
      clock.advanceTo(next);
      step(cpu);
    }
  }

  /** Waits until the disk is done with all that it has to write: {@code filemap_fdatawait}. */
  public void waitForAll(Cpu cpu) {
    try (var _ = all.memory().stalls().io(cpu)) {
      all.clock().advanceTo(all.disk().allDone());
    }
    arrive(cpu);
  }

  /** Writes all files, and waits: {@code ksys_sync}. */
  public void sync(Cpu cpu) {
    for (PageCache cache : all.all()) {
      if (cache.nrDirty() + cache.nrWriteback() > 0) {
        cache.writeBack(cpu, 0, Long.MAX_VALUE);
        cache.force();
      }
    }
  }
}
