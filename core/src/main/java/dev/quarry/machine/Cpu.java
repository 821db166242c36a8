package dev.quarry.machine;

import java.util.concurrent.atomic.AtomicReference;

/**
 * A CPU: the context in which requests are made. One thread holds it at a time; per-CPU lists are
 * reached through it without a lock or an atomic operation. A simulation drives many CPUs from one
 * thread, in the order that it decides.
 */
public final class Cpu {
  private final int id;
  private final int node;
  private final AtomicReference<Thread> holder = new AtomicReference<>();

  /**
   * Work that another thread asked of this CPU, such as draining its lists; done by the holder when
   * it next leaves its fast path.
   */
  private volatile boolean drainRequested;

  Cpu(int id, int node) {
    this.id = id;
    this.node = node;
  }

  /** Makes CPU {@code id} of {@code node}. */
  public static Cpu of(int id, int node) {
    return new Cpu(id, node);
  }

  /** The CPU's number, from 0. */
  public int id() {
    return id;
  }

  /** The node whose memory is local. */
  public int node() {
    return node;
  }

  /**
   * Makes the calling thread the holder.
   *
   * @return false if another thread holds the CPU
   */
  public boolean hold() {
    Thread me = Thread.currentThread();
    return holder.get() == me || holder.compareAndSet(null, me);
  }

  /** Gives the CPU back; no effect unless the calling thread holds it. */
  public void release() {
    holder.compareAndSet(Thread.currentThread(), null);
  }

  /** Whether a thread other than the calling one holds the CPU. */
  public boolean isHeldElsewhere() {
    Thread thread = holder.get();
    return thread != null && thread != Thread.currentThread();
  }

  /** Asks the holder to drain its per-CPU lists. */
  public void requestDrain() {
    drainRequested = true;
  }

  /** Takes the request to drain, if there is one. */
  public boolean takeDrainRequest() {
    if (!drainRequested) {
      return false;
    }
    drainRequested = false;
    return true;
  }

  @Override
  public String toString() {
    return "CPU " + id;
  }
}
