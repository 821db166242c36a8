package dev.quarry.slab;

import dev.quarry.machine.Cpu;
import dev.quarry.physical.Gfp;
import org.jspecify.annotations.Nullable;

/**
 * A cache of objects of one size: {@code struct kmem_cache}. Its descriptor is also bytes in RAM
 * ({@link CacheDescriptor}); this is the handle.
 *
 * <pre>
 *   KmemCache ─┬─ CpuSlabs[cpu]     slabs that a CPU owns; or arrays of objects, by setting
 *              └─ NodeSlabs[node]   slabs that nobody owns: full, partial, free
 * </pre>
 *
 * <p>Equation: {@code objects of all slabs == active + free in chains + in arrays + freed by others
 * and not yet collected}. {@link SlabInvariants} checks it.
 *
 * <p>Objects are named by their addresses in the direct map. A CPU is one that the calling thread
 * may use.
 */
public final class KmemCache {
  /** What an allocation returns that failed. */
  public static final long NULL = 0;

  private final SlabCore core;
  private final CacheSpec spec;
  private final SlabGeometry geometry;
  private final int id;
  private final int pageMask;
  private final @Nullable KmemCache management;
  private final NodeSlabs[] nodes;
  private final CpuSlabs[] cpus;
  private Tunables tunables;
  private long descriptor;

  KmemCache(SlabCore core, CacheSpec spec, SlabRules rules, int id) {
    this.core = core;
    this.spec = spec;
    this.id = id;
    this.geometry = SlabGeometry.of(spec, rules);
    this.management = geometry.offSlab() ? core.general(geometry.managementBytes()) : null;
    this.pageMask =
        Gfp.COMP
            | (spec.has(SlabFlags.CACHE_DMA) ? Gfp.DMA : 0)
            | (spec.has(SlabFlags.RECLAIM_ACCOUNT) ? Gfp.RECLAIMABLE : 0);
    this.tunables = Tunables.of(geometry.size(), core.pageShift, core.physical.cpus().size());
    this.nodes = new NodeSlabs[core.physical.nodes().size()];
    for (int node = 0; node < nodes.length; node++) {
      nodes[node] = new NodeSlabs(this, core.memory);
    }
    this.cpus = new CpuSlabs[core.physical.cpus().size()];
    for (int cpu = 0; cpu < cpus.length; cpu++) {
      cpus[cpu] = new CpuSlabs(this, core, core.states[cpu]);
    }
  }

  /** The cache's name. */
  public String name() {
    return spec.name();
  }

  /** What it was asked to be, with the checks that the machine's settings add. */
  public CacheSpec spec() {
    return spec;
  }

  /** The shape of its slabs. */
  public SlabGeometry geometry() {
    return geometry;
  }

  /** The number that frames of its slabs have as their mapping. */
  public int id() {
    return id;
  }

  /** Where in RAM its descriptor is. */
  public long descriptor() {
    return descriptor;
  }

  void descriptor(long address) {
    descriptor = address;
  }

  /** Limits of the arrays. */
  public Tunables tunables() {
    return tunables;
  }

  boolean isReclaimable() {
    return spec.has(SlabFlags.RECLAIM_ACCOUNT);
  }

  boolean isChecked() {
    return spec.has(SlabFlags.DEBUG);
  }

  /** What its pages are allocated with beside the request's mask: {@code allocflags}. */
  int pageMask() {
    return pageMask;
  }

  /** The cache of its slab descriptors, or null if they are on the slabs. */
  @Nullable KmemCache managementCache() {
    return management;
  }

  NodeSlabs node(int node) {
    return nodes[node];
  }

  CpuSlabs cpu(int cpu) {
    return cpus[cpu];
  }

  /**
   * Allocates an object: {@code kmem_cache_alloc()}.
   *
   * @param gfp bits of {@link Gfp}; the cache decides the zone
   * @return its address, or {@link #NULL}
   */
  public long alloc(Cpu cpu, int gfp) {
    if ((gfp & Gfp.ZERO) == 0) {
      long at = cpus[cpu.id()].currentOrEmpty();
      long first = Slab.first(at);
      if (first != Bufctl.END) {
        return Slab.take(at, first);
      }
    }
    return allocSlow(cpu, gfp);
  }

  long allocSlow(Cpu cpu, int gfp) {
    long object =
        isChecked() ? allocFromNode(cpu, gfp, cpu.node()) : cpus[cpu.id()].allocSlow(cpu, gfp);
    if (object != NULL && (gfp & Gfp.ZERO) != 0) {
      core.memory.fill(object, geometry.objectSize(), (byte) 0);
    }
    return object;
  }

  private long allocFromNode(Cpu cpu, int gfp, int node) {
    long object = nodes[node].take();
    while (object == NULL) {
      long slab = core.grower.grow(cpu, this, gfp, node);
      if (slab == Slab.NONE) {
        return NULL;
      }
      int nodeOfSlab = Slab.node(core.memory.trusted(slab));
      nodes[nodeOfSlab].add(slab);
      object = nodes[nodeOfSlab].take();
    }
    return object;
  }

  /**
   * Frees an object: {@code kmem_cache_free()}.
   *
   * @return false: misuse, which is reported in the kernel's log and changes nothing
   */
  public boolean free(Cpu cpu, long object) {
    return core.states[cpu.id()].freeFast(object, this) || core.free.slow(cpu, object, this);
  }

  void construct(Cpu cpu, long object) {
    spec.ctor().apply(cpu, object + geometry.objectOffset());
  }

  void destruct(Cpu cpu, long object) {
    spec.dtor().apply(cpu, object + geometry.objectOffset());
  }

  long giveTo(int cpu) {
    return nodes[core.physical.cpus().get(cpu).node()].giveTo(cpu);
  }

  void collectElsewhere(long slab) {
    int owner = Slab.owner(core.memory.trusted(slab));
    while (owner == Slab.NO_OWNER) {
      if (nodes[Slab.node(core.memory.trusted(slab))].collect(slab)) {
        return;
      }
      owner = Slab.owner(core.memory.trusted(slab));
    }
    cpus[owner].pushPending(slab);
  }

  /** Lets go of all that a CPU holds in any cache without using it; returns how many slabs. */
  int reclaimOwn(Cpu cpu) {
    int released = 0;
    for (KmemCache cache : core.caches()) {
      released += cache.shrinkFor(cpu);
    }
    return released;
  }

  /** Destroys the free slabs of a CPU that the caller may use, and those that nobody owns. */
  int shrinkFor(Cpu cpu) {
    int released = cpus[cpu.id()].releaseFree(cpu);
    for (NodeSlabs node : nodes) {
      for (long slab = node.takeExcess(0); slab != Slab.NONE; slab = node.takeExcess(0)) {
        release(cpu, slab);
        released++;
      }
    }
    return released;
  }

  /** Gives what a CPU owns, but for full slabs, to the nodes; in all caches. */
  void drainAll(Cpu cpu) {
    for (KmemCache cache : core.caches()) {
      cache.cpus[cpu.id()].drain();
    }
  }

  /** Destroys free slabs that nobody owns while a node has more free objects than it may. */
  void trim(Cpu cpu, int node) {
    long keep = (1L + cpus.length) * tunables.batchCount() + geometry.num();
    for (long slab = nodes[node].takeExcess(keep); slab != Slab.NONE; ) {
      release(cpu, slab);
      slab = nodes[node].takeExcess(keep);
    }
  }

  /** Gives away a slab that is on no list and of which no object is in use. */
  void release(Cpu cpu, long slab) {
    if (spec.has(SlabFlags.TYPESAFE_BY_RCU)) {
      core.rcu.defer(this, slab);
    } else {
      core.grower.destroy(cpu, this, slab);
    }
  }
}
