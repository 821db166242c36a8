package dev.quarry.kernel;

import dev.quarry.physical.PhysicalMemory;
import dev.quarry.reclaim.DaemonSet;
import dev.quarry.reclaim.DaemonSet.Daemon;
import java.util.List;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;

/**
 * The threads of a machine's daemons: {@code kthread_run}. Each sleeps until its daemon is woken or
 * its time has come, borrows a CPU that no other thread holds for one step, and gives it back.
 *
 * <pre>
 *   asleep ── woken, or time ──► borrow a CPU ──► step ──► more to do? ─no─► asleep
 *                                   │ none is free
 *                                   └──► operations of processes step for it, until one is
 * </pre>
 */
public final class DaemonThreads implements AutoCloseable {
  /** How long a daemon that finds no CPU waits for one. */
  private static final long RETRY_NANOS = 1_000_000;

  /** Somebody may have set another time to look meanwhile. */
  private static final long MOST_SLEEP_NANOS = 100_000_000;

  private final PhysicalMemory memory;
  private final DaemonSet daemons;
  private final List<Thread> threads;
  private final AtomicReference<@Nullable Throwable> failure = new AtomicReference<>();
  private volatile boolean stopped;

  DaemonThreads(PhysicalMemory memory, DaemonSet daemons) {
    this.memory = memory;
    this.daemons = daemons;
    this.threads = daemons.all().stream().map(this::thread).toList();
  }

  private Thread thread(Daemon daemon) {
    return Thread.ofPlatform().daemon().name(daemon.name()).unstarted(() -> run(daemon));
  }

  void start() {
    daemons.threaded(true);
    threads.forEach(Thread::start);
  }

  private void run(Daemon daemon) {
    daemon.wakeUp().thread(Thread.currentThread());
    boolean starves = false;
    try {
      while (!stopped) {
        long idle = daemon.idleNanos().getAsLong();
        boolean without = idle == 0 && !memory.onFreeCpu(daemon.step());
        if (without != starves) {
          daemons.starving(without);
          starves = without;
        }
        if (without || idle > 0) {
          LockSupport.parkNanos(daemon, without ? RETRY_NANOS : Math.min(idle, MOST_SLEEP_NANOS));
        }
      }
    } catch (Throwable t) {
      failure.compareAndSet(null, t);
    } finally {
      daemon.wakeUp().thread(null);
      if (starves) {
        daemons.starving(false);
      }
    }
  }

  /** The names of the threads, those of node 0 first. */
  public List<String> names() {
    return threads.stream().map(Thread::getName).toList();
  }

  /** Whether {@link #close} was called. */
  boolean isClosed() {
    return stopped;
  }

  /**
   * Ends the threads when each has ended its step; operations of processes take the steps from now
   * on. Does nothing when they have ended.
   *
   * @throws IllegalStateException if a daemon died of an error, which is its cause
   */
  @Override
  public void close() {
    stopped = true;
    boolean interrupted = false;
    for (Thread thread : threads) {
      LockSupport.unpark(thread);
      while (thread.isAlive()) {
        try {
          thread.join();
        } catch (InterruptedException e) {
          interrupted = true;
        }
      }
    }
    daemons.threaded(false);
    if (interrupted) {
      Thread.currentThread().interrupt();
    }
    Throwable cause = failure.getAndSet(null);
    if (cause != null) {
      throw new IllegalStateException("a daemon of the machine died: " + cause, cause);
    }
  }
}
