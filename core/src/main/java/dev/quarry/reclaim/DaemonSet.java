package dev.quarry.reclaim;

import dev.quarry.machine.Cpu;
import dev.quarry.machine.VirtualClock;
import dev.quarry.machine.WakeUp;
import dev.quarry.physical.PhysicalMemory;
import dev.quarry.reclaim.compact.Compaction;
import dev.quarry.reclaim.compact.Kcompactd;
import dev.quarry.virtual.cache.PageCaches;
import dev.quarry.virtual.fault.Khugepaged;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * What works in the background: kswapd and kcompactd of each node, the flusher, khugepaged.
 *
 * <pre>
 *                  woken for                     by itself
 *   kswapd         the low mark
 *   kcompactd      a block of an order           each 500 ms: is free memory in fragments?
 *   flusher        dirty pages, reclaim          each 5 s: what is old?
 *   khugepaged                                   each 10 s: what could be huge?
 * </pre>
 *
 * <p>In a simulation each that has something to do takes a step between two operations of
 * processes, in the order above, and while time passes in which nobody does anything; khugepaged
 * only then, as it needs the locks of address spaces. With threads, each works by itself on a CPU
 * that no other thread holds; where there is none, operations take its steps as in a simulation.
 */
public final class DaemonSet {
  private static final long NEVER = Long.MAX_VALUE;
  private static final long LEAST_NANOS = 1_000_000;

  private final PhysicalMemory memory;
  private final List<Kswapd> kswapds;
  private final Compaction compaction;
  private final PageCaches caches;
  private final Khugepaged khugepaged;
  private final Runnable reap;
  private final AtomicInteger starving = new AtomicInteger();
  private volatile boolean anyAwake;
  private volatile boolean threaded;
  private volatile @Nullable Runnable observer;

  /**
   * A daemon as a thread sees it.
   *
   * @param wakeUp has to know the thread
   * @param idleNanos how long there is nothing to do, unless it is woken; 0: there is
   * @param step does a part of it on a CPU that the thread may use
   */
  public record Daemon(String name, WakeUp wakeUp, LongSupplier idleNanos, Consumer<Cpu> step) {}

  DaemonSet(
      PhysicalMemory memory,
      List<Kswapd> kswapds,
      Compaction compaction,
      PageCaches caches,
      Khugepaged khugepaged,
      Runnable reap) {
    this.memory = memory;
    this.kswapds = kswapds;
    this.compaction = compaction;
    this.caches = caches;
    this.khugepaged = khugepaged;
    this.reap = reap;
  }

  private VirtualClock clock() {
    return memory.clock();
  }

  /** All of them, for who gives them threads. */
  public List<Daemon> all() {
    List<Daemon> all = new ArrayList<>();
    for (Kswapd kswapd : kswapds) {
      all.add(
          new Daemon(
              "kswapd" + kswapd.node().id(),
              kswapd.wakeUp(),
              () -> kswapd.isAwake() ? 0 : NEVER,
              cpu -> stepAlone(kswapd, cpu)));
    }
    for (Kcompactd daemon : compaction.daemons()) {
      all.add(
          new Daemon(
              "kcompactd" + daemon.node().id(),
              daemon.wakeUp(),
              () -> daemon.isAwake() ? 0 : until(daemon.nextLookNanos()),
              cpu -> stepAlone(daemon, cpu)));
    }
    var flusher = caches.flusher();
    all.add(new Daemon("flusher", flusher.wakeUp(), flusher::idleNanos, flusher::step));
    all.add(
        new Daemon(
            "khugepaged",
            new WakeUp(),
            () -> until(khugepaged.nextScanNanos()),
            cpu -> khugepaged.look(cpu, clock().nanos())));
    return all;
  }

  private long until(long nanos) {
    return Math.max(0, nanos - clock().nanos());
  }

  private void stepAlone(Kswapd kswapd, Cpu cpu) {
    if (kswapd.isStarting()) {
      reap.run();
    }
    boolean was = kswapd.isAwake();
    try (var _ = memory.stalls().memory(cpu)) {
      kswapd.step(cpu);
    }
    sleeps(kswapd, was);
  }

  private void stepAlone(Kcompactd daemon, Cpu cpu) {
    if (!daemon.isAwake()) {
      compaction.look(daemon, cpu, clock().nanos());
      return;
    }
    try (var _ = memory.stalls().memory(cpu)) {
      daemon.step(cpu);
    }
  }

  /** A daemon that has gone to sleep leaves the rest to the next one. */
  private void sleeps(Kswapd kswapd, boolean wasAwake) {
    if (wasAwake && !kswapd.isAwake()) {
      compaction.kswapdSleeps(kswapd.node(), kswapd.order(), kswapd.highestZone());
    }
  }

  /** Says who looks at the machine before each operation of a process; null: nobody. */
  public void observer(@Nullable Runnable who) {
    observer = who;
  }

  /** From now on threads take the steps of {@link #all}, or not any more. */
  public void threaded(boolean byThreads) {
    threaded = byThreads;
    anyAwake = true;
  }

  /** A thread has something to do and finds no CPU, or has found one. */
  public void starving(boolean without) {
    starving.addAndGet(without ? 1 : -1);
  }

  private boolean isElsewhere() {
    return threaded && starving.get() == 0;
  }

  /** A node's background reclaimer may be awake now. */
  void woken() {
    anyAwake = true;
  }

  /** A process's operation begins: each that is awake works a little, and who writes much waits. */
  void run(Cpu cpu) {
    Runnable looks = observer;
    if (looks != null) {
      looks.run();
    }
    boolean mine = !isElsewhere();
    boolean free = !cpu.isFreeingMemory();
    if (mine && anyAwake && free) {
      if (kswapds.stream().anyMatch(Kswapd::isStarting)) {
        reap.run();
      }
      stepKswapds(cpu);
    }
    if (mine) {
      compaction.step(cpu);
    }
    if (free) {
      caches.throttle().balance(cpu);
    }
    if (mine && free) {
      compaction.look(cpu, clock().nanos());
      if (caches.flusher().isDue()) {
        caches.flusher().step(cpu);
      }
    }
  }

  /** A request waits, and lets the others work meanwhile. */
  void whileWaiting(Cpu cpu) {
    if (!isElsewhere()) {
      stepKswapds(cpu);
      compaction.step(cpu);
      caches.flusher().step(cpu);
    }
  }

  private void stepKswapds(Cpu cpu) {
    boolean awake = false;
    anyAwake = false; // before the steps, so that one that is woken meanwhile is not forgotten
    for (Kswapd kswapd : kswapds) {
      boolean was = kswapd.isAwake();
      awake |= kswapd.step(cpu);
      sleeps(kswapd, was);
    }
    if (awake) {
      anyAwake = true;
    }
  }

  /**
   * Lets time pass in which no process does anything; all daemons do what they do then.
   *
   * @param cpu a CPU that the calling thread may use; it holds no lock
   */
  public void passTime(Cpu cpu, long thenNanos) {
    while (clock().nanos() < thenNanos) {
      if (isElsewhere()) {
        clock().advanceTo(thenNanos);
        return;
      }
      caches.flusher().runUntil(cpu, Math.min(thenNanos, next()));
      run(cpu);
      if (khugepaged.nextScanNanos() <= clock().nanos()) {
        khugepaged.look(cpu, clock().nanos());
      }
    }
  }

  /** When the next of them does something by itself; who is always due does not stop time. */
  private long next() {
    long next = Math.min(compaction.nextLookNanos(), khugepaged.nextScanNanos());
    return Math.max(next, clock().nanos() + LEAST_NANOS);
  }
}
