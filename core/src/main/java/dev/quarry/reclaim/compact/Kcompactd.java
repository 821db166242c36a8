package dev.quarry.reclaim.compact;

import dev.quarry.machine.Cpu;
import dev.quarry.machine.WakeUp;
import dev.quarry.physical.CompactResult;
import dev.quarry.physical.Node;
import dev.quarry.physical.PageAllocator;
import dev.quarry.physical.PhysicalMemory;
import dev.quarry.physical.VmEvent;
import dev.quarry.physical.Zone;
import dev.quarry.physical.ZoneCompaction;
import java.util.concurrent.locks.ReentrantLock;

/**
 * The background compactor of a node: {@code kcompactd} (mm/compaction.c, 6.18). Woken when the
 * background reclaimer has freed pages for a request of an order above 0, and when a request that
 * may not wait found no block.
 *
 * <pre>
 *   asleep ── wake ──► zone 0 ── step ──► zone 1 ── step ──► ... asleep
 * </pre>
 *
 * <p>A step is one zone. Who drives the machine decides when there is one. Each 500 ms it looks for
 * fragmentation by itself: {@link #look}.
 */
public final class Kcompactd {
  /** HPAGE_FRAG_CHECK_INTERVAL_MSEC: how often it looks for fragmentation. */
  private static final long LOOK_NANOS = 500_000_000;

  /** COMPACT_MAX_DEFER_SHIFT: how much less often after a run that did not help. */
  private static final int DEFER_SHIFT = 6;

  private final PhysicalMemory memory;
  private final PageAllocator allocator;
  private final Node node;
  private final ZoneCompactor compactor;
  private final CompactionSettings settings;
  private final WakeUp wakeUp = new WakeUp();

  /** Who steps holds it; never waited for, as who wakes may hold what the step needs. */
  private final ReentrantLock working = new ReentrantLock();

  private volatile boolean awake;
  private volatile int order;
  private volatile int highestZone;
  private volatile int nextZone;
  private volatile long nextLook = LOOK_NANOS;

  Kcompactd(
      PhysicalMemory memory,
      PageAllocator allocator,
      Node node,
      ZoneCompactor compactor,
      CompactionSettings settings) {
    this.memory = memory;
    this.allocator = allocator;
    this.node = node;
    this.compactor = compactor;
    this.settings = settings;
    this.highestZone = node.zones().size() - 1;
  }

  /** Whose memory it compacts. */
  public Node node() {
    return node;
  }

  /** Whether it was woken and has not finished. */
  public boolean isAwake() {
    return awake;
  }

  /** {@code wakeup_kcompactd}: nobody wakes it for single pages, or where it would be no use. */
  synchronized void wake(int forOrder, int forZone) {
    if (forOrder == 0) {
      return;
    }
    order = Math.max(order, forOrder);
    highestZone = Math.min(highestZone, forZone);
    if (!awake && isUseful()) {
      awake = true;
      nextZone = 0;
      wakeUp.signal();
    }
  }

  /** Wakes its thread, if it has one. */
  public WakeUp wakeUp() {
    return wakeUp;
  }

  private boolean isUseful() {
    for (int index = 0; index <= highestZone; index++) {
      Zone zone = node.zone(index);
      if (zone.isPopulated() && suits(zone)) {
        return true;
      }
    }
    return false;
  }

  private boolean suits(Zone zone) {
    return compactor.suit(zone, order, highestZone, 0, false, true) == CompactResult.CONTINUE;
  }

  private CompactControl control(Cpu cpu, Zone zone) {
    CompactControl control = new CompactControl(cpu, zone, order, CompactControl.Mode.SYNC_LIGHT);
    control.highestZone = highestZone;
    return control;
  }

  /**
   * Compacts the next zone, if it is awake.
   *
   * @param cpu a CPU that the calling thread may use
   * @return whether it is still awake; true as well while another thread steps
   */
  public boolean step(Cpu cpu) {
    if (!awake) {
      return false;
    }
    if (!working.tryLock()) {
      return true;
    }
    try {
      return work(cpu);
    } finally {
      working.unlock();
    }
  }

  private boolean work(Cpu cpu) {
    if (awake && nextZone == 0) {
      memory.events().count(cpu.id(), VmEvent.COMPACT_DAEMON_WAKE, 1);
    }
    while (awake) {
      Zone zone = node.zone(nextZone);
      boolean works = zone.isPopulated() && !zone.compaction().isDeferred(order);
      if (works) {
        compact(control(cpu, zone));
      }
      next();
      if (works) {
        return awake;
      }
    }
    return false;
  }

  /** Who wakes it meanwhile may have asked for a zone below the one that is done. */
  private synchronized void next() {
    if (nextZone++ >= highestZone) {
      awake = false;
      order = 0;
      highestZone = node.zones().size() - 1;
    }
  }

  private void compact(CompactControl control) {
    CompactResult result = compactor.run(control, null);
    ZoneCompaction state = control.zone.compaction();
    if (result == CompactResult.SUCCESS && control.migrateScanned > 0) {
      state.undefer(control.order, false);
    } else if (result == CompactResult.COMPLETE || result == CompactResult.PARTIAL_SKIPPED) {
      allocator.drainAllPages(); // what is missing may lie on CPUs' lists
      state.defer(control.order);
    }
    count(control);
  }

  private void count(CompactControl control) {
    int cpu = control.cpu.id();
    memory.events().count(cpu, VmEvent.COMPACT_DAEMON_MIGRATE_SCANNED, control.migrateScanned);
    memory.events().count(cpu, VmEvent.COMPACT_DAEMON_FREE_SCANNED, control.freeScanned);
  }

  /**
   * Compacts all zones until little enough of their free memory is in fragments, if much is: {@code
   * proactive_compact_node}.
   *
   * @return whether the node is less fragmented now, or was little enough
   */
  public boolean proactive(Cpu cpu, boolean kswapdRuns) {
    int before = compactor.score().ofNode(node);
    if (settings.proactiveness() == 0 || kswapdRuns || before <= compactor.score().high()) {
      return true;
    }
    if (!working.tryLock()) {
      return true; // it is compacted anyway
    }
    try {
      return compactAll(cpu) < before;
    } finally {
      working.unlock();
    }
  }

  /** When it looks again, in nanoseconds of the machine's time. */
  public long nextLookNanos() {
    return nextLook;
  }

  /** Looks for fragmentation, as it does each 500 ms, and less often where that did not help. */
  public void look(Cpu cpu, long nowNanos, boolean kswapdRuns) {
    boolean helped = proactive(cpu, kswapdRuns);
    nextLook = nowNanos + (helped ? LOOK_NANOS : LOOK_NANOS << DEFER_SHIFT);
  }

  private int compactAll(Cpu cpu) {
    for (Zone zone : node.zones()) {
      if (zone.isPopulated()) {
        CompactControl control =
            new CompactControl(cpu, zone, CompactControl.WHOLE, CompactControl.Mode.SYNC_LIGHT);
        control.ignoreSkipHint = true;
        control.wholeZone = true;
        control.proactive = true;
        compactor.run(control, null);
        count(control);
      }
    }
    return compactor.score().ofNode(node);
  }
}
