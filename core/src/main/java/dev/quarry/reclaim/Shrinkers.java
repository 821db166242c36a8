package dev.quarry.reclaim;

import dev.quarry.machine.Cpu;
import dev.quarry.physical.PhysicalMemory;
import dev.quarry.physical.VmEvent;
import java.util.ArrayList;
import java.util.List;

/** Puts pressure on {@link Shrinker}s: {@code do_shrink_slab} (mm/shrinker.c, 6.18). */
final class Shrinkers {
  private static final int BATCH = 128;

  private static final class Registered {
    final Shrinker shrinker;
    long deferred;

    Registered(Shrinker shrinker) {
      this.shrinker = shrinker;
    }
  }

  private final PhysicalMemory memory;
  private final List<Registered> all = new ArrayList<>();

  Shrinkers(PhysicalMemory memory) {
    this.memory = memory;
  }

  synchronized void add(Shrinker shrinker) {
    all.add(new Registered(shrinker));
  }

  /** Looks at a share of all objects; returns how many were given up. */
  synchronized long shrink(Cpu cpu, int priority) {
    long freed = 0;
    for (Registered one : all) {
      freed += shrink(cpu, one, priority);
    }
    return freed;
  }

  private long shrink(Cpu cpu, Registered one, int priority) {
    long freeable = one.shrinker.count();
    if (freeable == 0) {
      return 0;
    }
    int seeks = one.shrinker.seeks();
    long delta = seeks == 0 ? freeable / 2 : (freeable >> priority) * 4 / seeks;
    long left = Math.min((one.deferred >> priority) + delta, 2 * freeable);
    long scanned = 0;
    long freed = 0;
    while (left >= BATCH || left >= freeable) {
      long now = Math.min(BATCH, left);
      freed += one.shrinker.scan(now);
      memory.events().count(cpu.id(), VmEvent.SLABS_SCANNED, now);
      scanned += now;
      left -= now;
      if (now == 0) {
        break;
      }
    }
    one.deferred = Math.min(Math.max(0, one.deferred + delta - scanned), 2 * freeable);
    return freed;
  }
}
