package dev.quarry.slab;

import dev.quarry.machine.Cpu;
import dev.quarry.machine.Host;
import java.util.ArrayList;
import java.util.List;

/** What is done to a cache as a whole: shrinking, draining, counting, listing, taking it apart. */
final class CacheMaintenance {
  private final KmemCache cache;
  private final SlabCore core;
  private final DirectMemory memory;
  private final List<Cpu> cpus;

  CacheMaintenance(KmemCache cache, SlabCore core) {
    this.cache = cache;
    this.core = core;
    this.memory = core.memory;
    this.cpus = core.physical.cpus();
  }

  /** {@link KmemCache#shrink}. */
  int shrink() {
    int[] released = new int[1];
    for (Cpu cpu : cpus) {
      if (!cpu.whileHeld(() -> released[0] += shrinkOn(cpu))) {
        core.states[cpu.id()].requestDrain();
      }
    }
    return released[0];
  }

  /** Destroys the free slabs of a CPU that the caller may use, and those that nobody owns. */
  int shrinkOn(Cpu cpu) {
    ArrayCaches arrays = cache.arrays();
    if (arrays != null) {
      arrays.drain(cpu);
    }
    int released = cache.cpu(cpu.id()).releaseFree(cpu);
    for (int node = 0; node < core.physical.nodes().size(); node++) {
      NodeSlabs slabs = cache.node(node);
      for (long slab = slabs.takeExcess(0); slab != Slab.NONE; slab = slabs.takeExcess(0)) {
        cache.release(cpu, slab);
        released++;
      }
    }
    return released;
  }

  /** Gives what a CPU that the caller may use owns or has in its arrays to the nodes. */
  void drainOn(Cpu cpu) {
    cache.cpu(cpu.id()).drain();
    ArrayCaches arrays = cache.arrays();
    if (arrays != null) {
      arrays.drain(cpu);
    }
  }

  /**
   * Drains all CPUs.
   *
   * @throws IllegalStateException if another thread holds one
   */
  void drainEverywhere() {
    for (Cpu cpu : cpus) {
      if (!cpu.whileHeld(() -> drainOn(cpu))) {
        throw new IllegalStateException(
            "cache " + cache.name() + " cannot be drained: another thread holds " + cpu);
      }
    }
  }

  /**
   * Frees all slabs of a cache of which no object is in use.
   *
   * @return the objects that are in use; none: the cache is empty
   */
  List<LiveObject> takeApart(Cpu cpu) {
    drainEverywhere();
    shrinkOn(cpu);
    if (cache.spec().has(SlabFlags.TYPESAFE_BY_RCU)) {
      core.rcu.gracePeriod(cpu); // rcu_barrier()
    }
    return liveObjects();
  }

  CacheStatistics statistics() {
    int num = cache.geometry().num();
    long[] counts = new long[3]; // slabs, free slabs, free objects
    for (int node = 0; node < core.physical.nodes().size(); node++) {
      NodeSlabs of = cache.node(node);
      counts[2] += of.freeObjects();
      for (SlabList list : of.lists()) {
        counts[0] += list.count();
        counts[1] += list.kind() == SlabList.Kind.FREE ? list.count() : 0;
      }
    }
    for (Cpu cpu : cpus) {
      CpuSlabs of = cache.cpu(cpu.id());
      // First: this collects what others freed, which may empty slabs.
      if (!cpu.whileHeld(() -> counts[2] += of.freeObjects())) {
        counts[2] += (long) of.freeSlabs() * num;
      }
      counts[0] += of.slabs();
      counts[1] += of.freeSlabs();
    }
    long waiting = core.rcu.count(cache);
    long slabs = counts[0] + waiting;
    ArrayCaches arrays = cache.arrays();
    return new CacheStatistics(
        (slabs - waiting) * num - counts[2],
        slabs * num,
        cache.geometry().size(),
        num,
        1 << cache.geometry().order(),
        cache.tunables(),
        slabs - waiting - counts[1],
        slabs,
        arrays == null ? 0 : arrays.sharedAvailable());
  }

  List<SlabView> slabs() {
    List<SlabView> views = new ArrayList<>();
    for (int node = 0; node < core.physical.nodes().size(); node++) {
      cache.node(node).lists().forEach(list -> addAll(views, list));
    }
    for (Cpu cpu : cpus) {
      CpuSlabs of = cache.cpu(cpu.id());
      if (of.currentSlab() != Slab.NONE) {
        views.add(SlabView.of(core, of.currentSlab()));
      }
      of.lists().forEach(list -> addAll(views, list));
    }
    return views;
  }

  private void addAll(List<SlabView> views, SlabList list) {
    for (long slab = list.first(); slab != Slab.NONE; slab = list.next(slab)) {
      views.add(SlabView.of(core, slab));
    }
  }

  List<LiveObject> liveObjects() {
    List<LiveObject> live = new ArrayList<>();
    CheckedObjects checked = cache.checked();
    for (SlabView slab : slabs()) {
      for (int index = 0; index < slab.numbers().size(); index++) {
        if (slab.numbers().get(index) == SlabView.ACTIVE) {
          long raw = Slab.object(memory.trusted(slab.descriptor()), index);
          long object = raw + cache.geometry().objectOffset();
          live.add(
              new LiveObject(
                  cache.name(),
                  object,
                  object - Host.getLong(memory.trusted(slab.descriptor()) + Slab.PAGE),
                  checked == null ? "" : checked.checks().knownAllocator(raw)));
        }
      }
    }
    return live;
  }
}
