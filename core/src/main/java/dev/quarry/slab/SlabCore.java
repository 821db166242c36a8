package dev.quarry.slab;

import dev.quarry.machine.Cpu;
import dev.quarry.machine.FaultSite;
import dev.quarry.machine.MachineSpec;
import dev.quarry.machine.Ram;
import dev.quarry.machine.SpinLock;
import dev.quarry.physical.MemMap;
import dev.quarry.physical.Node;
import dev.quarry.physical.NodeStat;
import dev.quarry.physical.PageAllocator;
import dev.quarry.physical.PhysicalMemory;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** What all caches of a machine share. */
final class SlabCore {
  /** All CPUs together keep free slabs of this part of the memory at most. */
  private static final int FREE_SHARE = 16;

  final MachineSpec spec;
  final PhysicalMemory physical;
  final PageAllocator pages;
  final MemMap map;
  final DirectMemory memory;
  final SlabRules rules;
  final SlabGrower grower;
  final RcuSlabs rcu;
  final SlabReports reports;
  final CallSites sites = new CallSites();
  final SlabCpu[] states;
  final LargeBlocks large;
  final ObjectFree free;
  final int pageShift;
  private final SpinLock countLock = new SpinLock("slab counts");

  /** By number; replaced when a cache is made or destroyed. */
  private volatile @Nullable KmemCache[] caches = new KmemCache[1];

  private @Nullable GeneralCaches general;

  SlabCore(PhysicalMemory physical, PageAllocator pages, Ram ram) {
    this.spec = physical.spec();
    this.physical = physical;
    this.pages = pages;
    this.map = physical.map();
    this.memory = new DirectMemory(ram, pages.directMap());
    this.rules = SlabRules.of(spec);
    this.pageShift = spec.pageShift();
    this.grower = new SlabGrower(this);
    this.rcu = new RcuSlabs(this);
    this.reports = new SlabReports(this);
    this.large = new LargeBlocks(this);
    this.free = new ObjectFree(this);
    int nrCpus = physical.cpus().size();
    this.states = new SlabCpu[nrCpus];
    for (int cpu = 0; cpu < nrCpus; cpu++) {
      states[cpu] =
          new SlabCpu(
              this, physical.cpus().get(cpu), pages.directMap().bytes() / FREE_SHARE / nrCpus);
    }
    physical.faults().whenArmed(this::setFastPath);
  }

  /** While objects are made to fail, no CPU has a slab at hand that it takes them from unasked. */
  private void setFastPath() {
    if (physical.faults().isArmed(FaultSite.SLAB)) {
      caches().forEach(cache -> cache.maintenance().drainEverywhere());
    }
  }

  /** No object is allocated or freed any more, as the bytes of slabs go. */
  void close() {
    for (SlabCpu state : states) {
      state.close();
      caches().forEach(cache -> cache.cpu(state.id()).current().useNone());
    }
  }

  /** The cache of a number; there must be one. */
  KmemCache cache(int id) {
    return Objects.requireNonNull(caches[id]);
  }

  /** All caches, the oldest first. */
  List<KmemCache> caches() {
    List<KmemCache> all = new ArrayList<>();
    for (KmemCache cache : caches) {
      if (cache != null) {
        all.add(cache);
      }
    }
    return all;
  }

  /** Makes a cache known under the next number. */
  synchronized KmemCache register(CacheSpec cacheSpec, SlabGeometry geometry) {
    int id = caches.length;
    @Nullable KmemCache[] more = Arrays.copyOf(caches, id + 1);
    KmemCache cache = new KmemCache(this, cacheSpec, geometry, id);
    more[id] = cache;
    caches = more;
    return cache;
  }

  synchronized void unregister(KmemCache cache) {
    @Nullable KmemCache[] fewer = caches.clone();
    fewer[cache.id()] = null;
    caches = fewer;
  }

  /** Says which the general caches are. */
  void general(GeneralCaches all) {
    general = all;
  }

  /** Everything that {@link SlabCpu#kmalloc} leaves. */
  long kmallocSlow(Cpu cpu, long size, int gfp) {
    if (size == 0) {
      return SlabAllocator.ZERO_SIZE;
    }
    GeneralCaches all = Objects.requireNonNull(general);
    int index = size < 0 ? GeneralCaches.TOO_LARGE : all.indexOf(size);
    return index == GeneralCaches.TOO_LARGE
        ? large.allocate(cpu, size, gfp)
        : all.of(index, gfp).alloc(cpu, gfp);
  }

  /** Everything that {@link SlabCpu#kfree} leaves. */
  boolean kfreeSlow(Cpu cpu, long address) {
    return address == KmemCache.NULL
        || address == SlabAllocator.ZERO_SIZE
        || free.slow(cpu, address, null);
  }

  /** The general cache whose objects hold so many bytes; they must fit an on-slab one. */
  KmemCache general(int bytes) {
    return Objects.requireNonNull(general).ofSize(bytes);
  }

  /** The frame that a kernel address lies in; the address must be in the direct map. */
  int pfnOf(long address) {
    return (int) (memory.physical(address) >>> pageShift);
  }

  /** The node of a frame of RAM. */
  int nodeOf(int pfn) {
    return Objects.requireNonNull(physical.zoneOf(pfn)).node().id();
  }

  /** Destroys the free slabs that a CPU holds in any cache, and those that nobody owns. */
  int reclaim(Cpu cpu) {
    int released = 0;
    for (KmemCache cache : caches()) {
      released += cache.maintenance().shrinkOn(cpu);
    }
    return released;
  }

  /** Gives what a CPU owns, but for full slabs, to the nodes; in all caches. */
  void drain(Cpu cpu) {
    for (KmemCache cache : caches()) {
      cache.maintenance().drainOn(cpu);
    }
  }

  /** Feeds the node's counters of slab pages. */
  void countPages(int node, boolean reclaimable, long pages) {
    Node of = physical.nodes().get(node);
    NodeStat stat = reclaimable ? NodeStat.NR_SLAB_RECLAIMABLE : NodeStat.NR_SLAB_UNRECLAIMABLE;
    countLock.lock();
    try {
      of.stat(stat, of.stat(stat) + pages);
    } finally {
      countLock.unlock();
    }
  }
}
