package dev.quarry.machine;

/**
 * A machine's time, {@code ktime_get()}, in a simulation: it stands still but for what is known to
 * take time, a disk's work and waiting.
 */
public final class VirtualClock {
  private volatile long nanos;

  /** A clock that begins at 0. */
  public VirtualClock() {}

  /** Nanoseconds since boot. */
  public long nanos() {
    return nanos;
  }

  /** Lets time pass until then, if that is not over. */
  public synchronized void advanceTo(long thenNanos) {
    nanos = Math.max(nanos, thenNanos);
  }
}
