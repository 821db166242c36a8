package dev.quarry.machine;

import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;

/**
 * A CPU: the context in which requests are made. One thread holds it at a time; per-CPU lists are
 * reached through it without a lock or an atomic operation. A simulation drives many CPUs from one
 * thread, in the order that it decides.
 */
public final class Cpu {
  private static final int SPINS_BEFORE_YIELD = 64;

  private final int id;
  private final int node;

  /** A {@link Thread} that holds the CPU, a {@link Borrower} for a moment, or null. */
  private final AtomicReference<@Nullable Object> holder = new AtomicReference<>();

  /** A thread that does a piece of work on a CPU that nobody holds. */
  private record Borrower(Thread thread) {}

  /**
   * Work that another thread asked of this CPU, such as draining its lists; done by the holder when
   * it next leaves its fast path.
   */
  private volatile boolean drainRequested;

  /** What runs here frees memory. */
  private boolean memalloc;

  /** Whose work it does. */
  private Task task = Task.KERNEL;

  /** What an upper floor keeps for the CPU. */
  private @Nullable Object attachment;

  /** Who wants to know when a thread holds it. */
  private volatile @Nullable Watcher watcher;

  /** Is told, by the thread itself, when a thread becomes the holder and when it gives up. */
  public interface Watcher {
    /** A thread holds the CPU from now on, or none does. */
    void held(boolean byThread);
  }

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
   * Whether what runs here frees memory: PF_MEMALLOC. Its own requests may use all that is free,
   * and must not wait for itself.
   */
  public boolean isFreeingMemory() {
    return memalloc;
  }

  /** Says that what runs here begins to free memory, or ends. */
  public void freeingMemory(boolean freeing) {
    memalloc = freeing;
  }

  /** Whose work the CPU does: {@code current}; the kernel's own if nobody said otherwise. */
  public Task task() {
    return task;
  }

  /**
   * From now on the CPU does somebody's work.
   *
   * @return whose it did before, to be set again when that is done
   */
  @SuppressWarnings("ReferenceEquality") // another one that is equal is stored: no harm
  public Task task(Task whose) {
    Task before = task;
    if (before != whose) { // to store a reference costs a collector's barrier
      task = whose;
    }
    return before;
  }

  /** What an upper floor attached, so that it is at hand where the CPU is; null: nothing. */
  public @Nullable Object attachment() {
    return attachment;
  }

  /**
   * Attaches something for as long as the CPU lives.
   *
   * @throws IllegalStateException if something is attached
   */
  public void attach(Object mine) {
    if (attachment != null) {
      throw new IllegalStateException(this + " has an attachment: " + attachment);
    }
    attachment = mine;
  }

  /** Takes back {@link #attach}: what was attached could not be made whole. */
  public void detach() {
    attachment = null;
  }

  /**
   * Makes the calling thread the holder; waits for a thread that only works on the CPU for a
   * moment.
   *
   * @return false if another thread holds the CPU, or the calling one works on it for a moment
   */
  public boolean hold() {
    Thread me = Thread.currentThread();
    for (int spins = 0; ; spins++) {
      Object now = holder.get();
      if (now == me) {
        return true;
      }
      if (now == null && holder.compareAndSet(null, me)) {
        tell(true);
        return true;
      }
      if (now instanceof Thread || isBorrower(now, me)) {
        return false;
      }
      if (spins < SPINS_BEFORE_YIELD) {
        Thread.onSpinWait();
      } else {
        Thread.yield(); // a daemon's work may take milliseconds
      }
    }
  }

  /** Gives the CPU back; no effect unless the calling thread holds it. */
  public void release() {
    if (holder.get() == Thread.currentThread()) {
      tell(false);
      holder.set(null);
    }
  }

  private static boolean isBorrower(@Nullable Object holder, Thread thread) {
    return holder instanceof Borrower borrower && borrower.thread == thread;
  }

  private void tell(boolean held) {
    Watcher told = watcher;
    if (told != null) {
      told.held(held);
    }
  }

  /** Says who is told of holders; who holds the CPU now is told of when it gives up. */
  public void watcher(Watcher who) {
    watcher = who;
  }

  /** Whether a thread other than the calling one holds the CPU. */
  public boolean isHeldElsewhere() {
    Object now = holder.get();
    Object thread = now instanceof Borrower borrower ? borrower.thread : now;
    return thread != null && thread != Thread.currentThread();
  }

  /**
   * Does a piece of work on the CPU while nobody else can become its holder.
   *
   * @return false if another thread holds the CPU; nothing was done
   */
  public boolean whileHeld(Runnable work) {
    Thread me = Thread.currentThread();
    Object now = holder.get();
    if (now == me || isBorrower(now, me)) {
      work.run();
      return true;
    }
    Borrower borrower = new Borrower(me);
    if (!holder.compareAndSet(null, borrower)) {
      return false;
    }
    try {
      work.run();
    } finally {
      holder.set(null);
    }
    return true;
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
