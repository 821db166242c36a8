package dev.quarry.cli.commands;

import dev.quarry.cli.lang.Call;
import dev.quarry.cli.lang.Session;
import dev.quarry.cli.lang.Value;
import dev.quarry.kernel.Machine;
import dev.quarry.machine.Nearest;
import dev.quarry.machine.SlabManner;
import dev.quarry.slab.KmemCache;
import dev.quarry.slab.SlabAllocator;
import dev.quarry.slab.SlabView;
import java.util.List;

/** The booted machine's caches, by what a user calls them. */
final class Caches {
  private static final long STEPS_OF_THE_FIRST = 500;
  private static final long STEPS_PER_CPU = 20;
  private static final long STEPS_PER_PAIR_OF_NODES = 8; // alien arrays of all caches
  private static final int OBJECTS_PER_STEP = 16;

  private Caches() {}

  /** The machine's allocator, made when it is first asked for. */
  static SlabAllocator slab(Session session) {
    Machine machine = Booted.machine(session);
    if (machine.slabOrNull() == null) {
      long nodes = machine.spec().nodes().size();
      boolean textbook = machine.spec().slab().manner() == SlabManner.TEXTBOOK;
      session.spend(
          STEPS_OF_THE_FIRST
              + STEPS_PER_CPU * (machine.cpus().size() + nodes)
              + (textbook ? STEPS_PER_PAIR_OF_NODES * nodes * nodes : 0));
    }
    return machine.slab();
  }

  /** The cache that a word is or names. */
  static KmemCache of(Call call, Session session, int index) {
    SlabAllocator slab = slab(session);
    return call.read(index, "a cache such as kmalloc-64", value -> of(slab, value));
  }

  private static KmemCache of(SlabAllocator slab, Value value) {
    List<KmemCache> all = slab.caches();
    if (value instanceof CacheValue(var machine, KmemCache cache, var calls)) {
      if (!all.contains(cache)) {
        throw new IllegalArgumentException("cache " + cache.name() + " was destroyed");
      }
      return cache;
    }
    List<String> names = all.stream().map(KmemCache::name).toList();
    String name = value.word();
    return slab.cache(name)
        .orElseThrow(() ->
            new IllegalArgumentException(
                "there is no cache \"" + name + "\"" + Nearest.hint(name, names)));
  }

  /** All slabs of a cache, in the order of their numbers. */
  static List<SlabView> slabs(Session session, KmemCache cache) {
    List<SlabView> slabs = cache.slabs();
    session.spend((long) slabs.size() * cache.geometry().num() / OBJECTS_PER_STEP);
    return slabs;
  }
}
