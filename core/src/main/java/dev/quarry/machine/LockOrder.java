package dev.quarry.machine;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.concurrent.ConcurrentHashMap;

/**
 * The order in which locks are taken, learnt from all threads of all machines: what lockdep does
 * (kernel/locking/lockdep.c). Two threads that take two kinds of locks in different order need not
 * meet for that to be found. Works only where assertions do, and costs nothing elsewhere.
 *
 * <pre>
 *   thread 1   takes mm, then lruvec     remembered: lruvec after mm
 *   thread 2   takes lruvec, then mm     mm is before lruvec: an error, whether 1 waits or not
 * </pre>
 *
 * <p>Who only tries a lock does not wait for it, so that nothing is learnt from that; locks of one
 * kind have no order among each other.
 */
public final class LockOrder {
  private static final ThreadLocal<List<SpinLock>> HELD = ThreadLocal.withInitial(ArrayList::new);

  /** By kind, the kinds that were waited for while one of it was held. */
  private static final Map<String, Set<String>> AFTER = new ConcurrentHashMap<>();

  private LockOrder() {}

  /**
   * A thread is about to wait for a lock.
   *
   * @return true; it is called by an assertion
   * @throws AssertionError if that can be a deadlock
   */
  static boolean waits(SpinLock lock) {
    if (lock.isHeldByMe()) {
      throw new AssertionError(lock.kind() + " is held already by this thread");
    }
    for (SpinLock held : HELD.get()) {
      if (!held.kind().equals(lock.kind())) {
        learn(held.kind(), lock.kind());
      }
    }
    return true;
  }

  private static void learn(String first, String then) {
    Set<String> after = AFTER.computeIfAbsent(first, kind -> ConcurrentHashMap.newKeySet());
    if (after.contains(then)) {
      return;
    }
    if (reaches(then, first, new HashSet<>())) {
      throw new AssertionError(
          then + " is taken while " + first + " is held, and elsewhere the other way round");
    }
    after.add(then);
  }

  private static boolean reaches(String from, String to, Set<String> seen) {
    for (String next : AFTER.getOrDefault(from, Set.of())) {
      if (next.equals(to) || (seen.add(next) && reaches(next, to, seen))) {
        return true;
      }
    }
    return false;
  }

  /** The calling thread holds a lock from now on. */
  static boolean took(SpinLock lock) {
    HELD.get().add(lock);
    return true;
  }

  /** It holds it no more. */
  static boolean gave(SpinLock lock) {
    HELD.get().remove(lock);
    return true;
  }

  /** What was learnt so far: by kind of lock, what is taken while one is held. */
  public static Map<String, Set<String>> learnt() {
    Map<String, Set<String>> copy = new TreeMap<>();
    AFTER.forEach((first, after) -> copy.put(first, new TreeSet<>(after)));
    return copy;
  }
}
