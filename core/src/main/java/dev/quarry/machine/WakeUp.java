package dev.quarry.machine;

import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;

/** Wakes a daemon that has a thread of its own: {@code wake_up_process}; else does nothing. */
public final class WakeUp {
  private volatile @Nullable Thread thread;

  /** Of a daemon without a thread. */
  public WakeUp() {}

  /** The daemon's thread from now on; null: it has none. */
  public void thread(@Nullable Thread sleeper) {
    thread = sleeper;
  }

  /** The daemon has something to do. */
  public void signal() {
    LockSupport.unpark(thread);
  }
}
