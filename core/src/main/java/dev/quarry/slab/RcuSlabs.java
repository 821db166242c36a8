package dev.quarry.slab;

import dev.quarry.machine.Cpu;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Slabs of caches with {@link SlabFlags#TYPESAFE_BY_RCU} that wait for a grace period: readers may
 * still look at objects that were freed, so the memory must stay an object of its cache until they
 * are done ({@code kmem_rcu_free}, mm/slab.c).
 */
final class RcuSlabs {
  /** A slab that waits. */
  record Waiting(KmemCache cache, long slab) {}

  private final SlabCore core;
  private final Deque<Waiting> waiting = new ArrayDeque<>();

  RcuSlabs(SlabCore core) {
    this.core = core;
  }

  /** Lets a slab wait. */
  synchronized void defer(KmemCache cache, long slab) {
    waiting.add(new Waiting(cache, slab));
  }

  /** All that wait. */
  synchronized List<Waiting> slabs() {
    return List.copyOf(waiting);
  }

  /** How many slabs of a cache wait. */
  synchronized int count(KmemCache cache) {
    return (int) waiting.stream().filter(one -> one.cache == cache).count();
  }

  /** The end of a grace period: destroys all slabs that wait; returns how many. */
  int gracePeriod(Cpu cpu) {
    int destroyed = 0;
    for (Waiting one = poll(); one != null; one = poll()) {
      core.grower.destroy(cpu, one.cache, one.slab);
      destroyed++;
    }
    return destroyed;
  }

  private synchronized @Nullable Waiting poll() {
    return waiting.poll();
  }
}
