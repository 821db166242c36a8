package dev.quarry.kernel;

import dev.quarry.machine.Cpu;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Which CPU each thread holds, found by the thread: what {@code smp_processor_id()} is to the
 * kernel. For threads that cannot carry their {@link Cpu} along.
 *
 * <pre>
 *   thread's number ──► place in a table ──► its CPU       one load and one comparison
 * </pre>
 *
 * <p>The table is never changed, only replaced, so that a look-up takes no lock; a thread finds
 * nothing but what it entered itself.
 */
public final class CpuBinding {
  /** Places for each CPU: threads that begin one after the other get places of their own. */
  private static final int PLACES_PER_CPU = 8;

  private final List<Cpu> cpus;

  /**
   * Not volatile, which would cost a caller's loop all that the compiler knows. A thread that sees
   * an old table, or a new one whose places are not all filled, finds its own entry or takes the
   * slow path; what it finds is whole, as the fields of an entry are final.
   */
  private @Nullable Bound[] table;

  private record Bound(Thread thread, Cpu cpu) {}

  /** A binding of threads to these CPUs; none is taken yet. */
  public CpuBinding(List<Cpu> cpus) {
    this.cpus = List.copyOf(cpus);
    this.table = new Bound[Integer.highestOneBit(cpus.size() * PLACES_PER_CPU)];
  }

  /**
   * The CPU of the calling thread, which from its first call on holds one until it calls {@link
   * #release}.
   *
   * @throws IllegalStateException if other threads hold all CPUs
   */
  public Cpu current() {
    Thread me = Thread.currentThread();
    @Nullable Bound[] now = table;
    Bound bound = now[(int) me.threadId() & (now.length - 1)];
    return bound != null && bound.thread == me ? bound.cpu : currentSlow(me);
  }

  private synchronized Cpu currentSlow(Thread me) {
    int place = placeOf(table, me);
    Bound bound = table[place];
    if (bound == null) {
      bound = new Bound(me, holdAny());
      @Nullable Bound[] next = table.clone();
      next[place] = bound;
      table = next;
    }
    return bound.cpu;
  }

  /** Where a thread is in a table, or could be: its own place, or the next that is free. */
  private static int placeOf(@Nullable Bound[] table, Thread thread) {
    int place = (int) thread.threadId() & (table.length - 1);
    for (Bound at = table[place]; at != null && at.thread != thread; at = table[place]) {
      place = (place + 1) & (table.length - 1);
    }
    return place;
  }

  private Cpu holdAny() {
    for (Cpu cpu : cpus) {
      if (cpu.hold()) {
        return cpu;
      }
    }
    throw new IllegalStateException(
        Thread.currentThread() + " gets no CPU: other threads hold all " + cpus.size());
  }

  /** Gives the calling thread's CPU back; no effect if it has none. */
  public synchronized void release() {
    Thread me = Thread.currentThread();
    @Nullable Bound[] next = new Bound[table.length];
    for (Bound bound : table) {
      if (bound != null && bound.thread != me) {
        next[placeOf(next, bound.thread)] = bound;
      } else if (bound != null) {
        bound.cpu.release();
      }
    }
    table = next;
  }
}
