package dev.quarry.machine;

import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;

/**
 * A machine's time, {@code ktime_get()}. In a simulation it stands still but for what is known to
 * take time, a disk's work and waiting. It can be made to go on with the host's: then who waits for
 * a time waits in earnest.
 */
public final class VirtualClock {
  private final AtomicLong nanos = new AtomicLong();
  private volatile boolean followsHost;
  private volatile long hostStart;

  /** A clock that begins at 0. */
  public VirtualClock() {}

  /** Nanoseconds since boot. */
  public long nanos() {
    return followsHost ? nanos.get() + System.nanoTime() - hostStart : nanos.get();
  }

  /** Whether it goes on by itself. */
  public boolean followsHost() {
    return followsHost;
  }

  /** From now on it goes on by itself, from where it stands. */
  public synchronized void followHost() {
    if (!followsHost) {
      hostStart = System.nanoTime();
      followsHost = true;
    }
  }

  /** Lets time pass until then, if that is not over. An interrupted thread does not wait. */
  public void advanceTo(long thenNanos) {
    if (!followsHost) {
      nanos.accumulateAndGet(thenNanos, Math::max);
      return;
    }
    long left = thenNanos - nanos();
    while (left > 0 && !Thread.currentThread().isInterrupted()) {
      LockSupport.parkNanos(this, left);
      left = thenNanos - nanos();
    }
  }
}
