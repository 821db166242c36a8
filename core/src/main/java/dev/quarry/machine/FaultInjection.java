package dev.quarry.machine;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicLongArray;

/**
 * Lets operations of a machine fail as if there were no memory or the disk broke: {@code struct
 * fault_attr} (lib/fault-inject.c, 6.18), where a number takes the place of a probability, so that
 * a run can be repeated.
 *
 * <pre>
 *   calls of a site   1   2   3   4   5   6   7          armed with first=4, times=2
 *                     .   .   .   X   X   .   .
 * </pre>
 *
 * <p>Calls are counted from when a site is armed. A site that is not armed counts nothing, and
 * costs nothing where it matters: who has a fast path leaves it when the site is armed.
 */
public final class FaultInjection {
  /** As {@code first}: no call fails, all are counted. */
  public static final long NEVER = 0;

  private static final int SITES = FaultSite.values().length;

  private final AtomicLongArray calls = new AtomicLongArray(SITES);
  private final AtomicLongArray injected = new AtomicLongArray(SITES);
  private final AtomicLongArray first = new AtomicLongArray(SITES);
  private final AtomicLongArray times = new AtomicLongArray(SITES);
  private final List<Runnable> listeners = new ArrayList<>();
  private volatile int armed;

  /** Whether calls of a site are counted, and may fail. */
  public boolean isArmed(FaultSite site) {
    return (armed & 1 << site.ordinal()) != 0;
  }

  /** Tells whenever a site is armed or disarmed. */
  public synchronized void whenArmed(Runnable listener) {
    listeners.add(listener);
  }

  /**
   * Arms a site, whose count begins anew. The machine rests.
   *
   * @param firstCall the first call that fails, the next one is 1; or {@link #NEVER}
   * @param failures how many calls fail from that one on
   */
  public synchronized void arm(FaultSite site, long firstCall, long failures) {
    int at = site.ordinal();
    calls.set(at, 0);
    injected.set(at, 0);
    first.set(at, firstCall);
    times.set(at, failures);
    become(armed | 1 << at);
  }

  /** No call of a site fails any more; its numbers stay. The machine rests. */
  public synchronized void disarm(FaultSite site) {
    become(armed & ~(1 << site.ordinal()));
  }

  private void become(int sites) {
    armed = sites;
    listeners.forEach(Runnable::run);
  }

  /** One call of a site; whether it is to fail: {@code should_fail}. */
  public boolean fails(FaultSite site) {
    if (!isArmed(site)) {
      return false;
    }
    int at = site.ordinal();
    long call = calls.incrementAndGet(at);
    long from = first.get(at);
    boolean fails = from != NEVER && call >= from && call - from < times.get(at);
    if (fails) {
      injected.incrementAndGet(at);
    }
    return fails;
  }

  /** Calls of a site since it was armed the last time. */
  public long calls(FaultSite site) {
    return calls.get(site.ordinal());
  }

  /** How many of them failed. */
  public long injected(FaultSite site) {
    return injected.get(site.ordinal());
  }
}
