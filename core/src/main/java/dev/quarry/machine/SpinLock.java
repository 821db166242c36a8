package dev.quarry.machine;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;

/**
 * A lock for sections of some ten nanoseconds: {@code spinlock_t}. It spins, then yields to a
 * holder that may have lost its processor. Not reentrant.
 *
 * <p>Memory order: {@link #lock} acquires and {@link #unlock} releases, so that what one holder
 * wrote, on or off the heap, the next one sees.
 */
public class SpinLock {
  private static final int SPINS_BEFORE_YIELD = 64;
  private static final VarHandle HELD;

  static {
    try {
      HELD = MethodHandles.lookup().findVarHandle(SpinLock.class, "held", int.class);
    } catch (ReflectiveOperationException e) {
      throw new ExceptionInInitializerError(e);
    }
  }

  /** The number of the thread that holds it, or 0. */
  private volatile int held;

  private final String kind;

  /**
   * A lock that nobody holds.
   *
   * @param kind what it guards: {@link LockOrder} holds locks of one kind for one
   */
  public SpinLock(String kind) {
    this.kind = kind;
  }

  final String kind() {
    return kind;
  }

  /** Takes the lock, waiting for it. */
  public final void lock() {
    assert LockOrder.waits(this);
    if (!take()) {
      lockContended();
    }
    assert LockOrder.took(this);
  }

  /** Takes the lock if it is free. */
  public final boolean tryLock() {
    boolean taken = take();
    assert !taken || LockOrder.took(this);
    return taken;
  }

  private boolean take() {
    // Pairs with the release in unlock().
    return HELD.compareAndSet(this, 0, me());
  }

  private static int me() {
    return (int) Thread.currentThread().threadId();
  }

  private void lockContended() {
    for (int spins = 0; ; spins++) {
      // Opaque: look without asking for the cache line to write.
      if ((int) HELD.getOpaque(this) == 0 && take()) {
        return;
      }
      if (spins < SPINS_BEFORE_YIELD) {
        Thread.onSpinWait();
      } else {
        Thread.yield();
      }
    }
  }

  /** Gives the lock back. */
  public final void unlock() {
    assert held != 0 : "unlock of a lock that nobody holds";
    assert LockOrder.gave(this);
    // Pairs with the acquire in take().
    HELD.setRelease(this, 0);
  }

  /** Whether somebody holds the lock; for assertions. */
  public final boolean isHeld() {
    return held != 0;
  }

  /** Whether the calling thread holds the lock, which it must not take again. */
  public final boolean isHeldByMe() {
    return held == me();
  }
}
