package dev.quarry.slab;

import dev.quarry.machine.Cpu;
import dev.quarry.machine.FaultSite;
import dev.quarry.machine.SlabManner;
import dev.quarry.physical.Gfp;
import java.util.List;
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
  private final CacheMaintenance maintenance;
  private final @Nullable CheckedObjects checked;
  private @Nullable ArrayCaches arrays;
  private Tunables tunables;
  private long descriptor;

  KmemCache(SlabCore core, CacheSpec spec, SlabGeometry geometry, int id) {
    this.core = core;
    this.spec = spec;
    this.id = id;
    this.geometry = geometry;
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
    this.maintenance = new CacheMaintenance(this, core);
    boolean isChecked = spec.has(SlabFlags.DEBUG);
    boolean textbook = core.spec.slab().manner() == SlabManner.TEXTBOOK;
    this.checked = isChecked ? new CheckedObjects(this, core) : null;
    this.arrays = textbook && !isChecked ? new ArrayCaches(this, core, tunables) : null;
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

  /** What its pages are allocated with beside the request's mask: {@code allocflags}. */
  int pageMask() {
    return pageMask;
  }

  /** The cache of its slab descriptors, or null if they are on the slabs. */
  public @Nullable KmemCache managementCache() {
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
      CurrentSlab slab = cpus[cpu.id()].current();
      if (!slab.isUsedUp()) {
        return slab.take();
      }
    }
    return allocSlow(cpu, gfp);
  }

  long allocSlow(Cpu cpu, int gfp) {
    core.physical.map().state(0); // an exception if the machine is closed
    boolean armed = core.physical.faults().isArmed(FaultSite.SLAB);
    if (armed && isMadeToFail(gfp)) {
      return NULL;
    }
    long object;
    if (checked != null || (armed && arrays == null)) {
      object = allocFromNode(cpu, gfp, cpu.node());
    } else if (arrays != null) {
      object = arrays.alloc(cpu, gfp);
    } else {
      object = cpus[cpu.id()].allocSlow(cpu, gfp);
    }
    return finish(cpu, object, gfp);
  }

  /** {@code should_failslab} (mm/failslab.c, 6.18). */
  private boolean isMadeToFail(int gfp) {
    return (gfp & Gfp.NOFAIL) == 0 && core.physical.faults().fails(FaultSite.SLAB);
  }

  private long finish(Cpu cpu, long raw, int gfp) {
    if (raw == NULL) {
      return NULL;
    }
    long object = checked == null ? raw : checked.handOut(cpu, raw);
    if ((gfp & Gfp.ZERO) != 0) {
      core.memory.fill(object, geometry.objectSize(), (byte) 0);
    }
    return object;
  }

  /**
   * Allocates an object near a node: {@code kmem_cache_alloc_node()}. Another node's is taken from
   * that node's lists, which nobody owns; only when it has no memory do others serve, unless the
   * mask says THISNODE.
   */
  public long allocNode(Cpu cpu, int gfp, int node) {
    if (node < 0 || node >= nodes.length) {
      throw new CacheException(
          name(), "node " + node + " is not one of the machine's " + nodes.length);
    }
    boolean local = node == cpu.node() && (gfp & Gfp.THISNODE) == 0;
    if (!local && isMadeToFail(gfp)) {
      return NULL;
    }
    return local ? alloc(cpu, gfp) : finish(cpu, allocFromNode(cpu, gfp, node), gfp);
  }

  /** Takes an object from a node's lists, making a slab if they have none; 0 if there is none. */
  long allocFromNode(Cpu cpu, int gfp, int node) {
    long object = nodes[node].take();
    while (object == NULL) {
      long slab = core.grower.grow(cpu, this, gfp, node);
      if (slab == Slab.NONE && core.reclaim(cpu) > 0) {
        slab = core.grower.grow(cpu, this, gfp, node);
      }
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
   * Allocates many objects, or none: {@code kmem_cache_alloc_bulk()}.
   *
   * @return whether {@code objects} holds them
   */
  public boolean allocBulk(Cpu cpu, int gfp, long[] objects) {
    for (int i = 0; i < objects.length; i++) {
      objects[i] = alloc(cpu, gfp);
      if (objects[i] == NULL) {
        freeBulk(cpu, objects, i);
        return false;
      }
    }
    return true;
  }

  /** Frees the first {@code count} objects of an array: {@code kmem_cache_free_bulk()}. */
  public void freeBulk(Cpu cpu, long[] objects, int count) {
    for (int i = 0; i < count; i++) {
      free(cpu, objects[i]);
    }
  }

  /**
   * Frees an object: {@code kmem_cache_free()}.
   *
   * @return false: misuse, which is reported in the kernel's log and changes nothing
   */
  public boolean free(Cpu cpu, long object) {
    return core.states[cpu.id()].freeFast(object, this) || core.free.slow(cpu, object, this);
  }

  /** Puts a free object that is in no array any more back into its slab, which nobody owns. */
  void giveToNode(Cpu cpu, long object) {
    long slab = core.map.slab(core.pfnOf(object));
    long at = core.memory.trusted(slab);
    nodes[Slab.node(at)].give(slab, Slab.indexOf(at, object));
    trim(cpu, Slab.node(at));
  }

  void construct(Cpu cpu, long raw) {
    if (checked != null) {
      checked.checks().onFreshSlab(raw);
    }
    spec.ctor().apply(cpu, raw + geometry.objectOffset());
  }

  void destruct(Cpu cpu, long raw) {
    spec.dtor().apply(cpu, raw + geometry.objectOffset());
  }

  long giveTo(int cpu) {
    return nodes[core.physical.cpus().get(cpu).node()].giveTo(cpu);
  }

  /** Another CPU or a node has the slab by now: it collects what was freed. */
  void collectElsewhere(long slab) {
    long at = core.memory.trusted(slab);
    int owner = Slab.owner(at);
    while (owner == Slab.NO_OWNER) {
      if (nodes[Slab.node(at)].collect(slab)) {
        return;
      }
      owner = Slab.owner(at);
    }
    cpus[owner].pushPending(slab);
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

  /**
   * Gives the pages of free slabs back, those of CPUs that nobody or the calling thread holds:
   * {@code kmem_cache_shrink()}.
   *
   * @return how many slabs it gave back
   */
  public int shrink() {
    return maintenance.shrink();
  }

  /**
   * The numbers of the cache's line in slabinfo. Quick, but it walks the lists of partial slabs.
   */
  public CacheStatistics statistics() {
    return maintenance.statistics();
  }

  /**
   * Sets the limits of the arrays, as writing to {@code /proc/slabinfo} does: {@code
   * do_tune_cpucache}.
   *
   * @throws IllegalStateException if another thread holds a CPU
   */
  public void tune(Tunables limits) {
    maintenance.drainEverywhere();
    tunables = limits;
    if (arrays != null) {
      arrays = new ArrayCaches(this, core, limits);
    }
    if (descriptor != NULL) {
      CacheDescriptor.write(core.memory, this, CacheDescriptor.name(core.memory, descriptor));
    }
  }

  /** All slabs, for pictures and checks; the machine rests. */
  public List<SlabView> slabs() {
    return maintenance.slabs();
  }

  /** Its arrays of objects, for pictures; none where CPUs own slabs. The machine rests. */
  public List<ArrayView> arrayViews() {
    return arrays == null ? List.of() : arrays.views();
  }

  /** All objects in use; the machine rests. */
  public List<LiveObject> liveObjects() {
    return maintenance.liveObjects();
  }

  /** Checks all objects of a cache with checks; reports and counts what is wrong. */
  public int check() {
    return checked == null ? 0 : checked.checkAll(slabs());
  }

  CacheMaintenance maintenance() {
    return maintenance;
  }

  @Nullable CheckedObjects checked() {
    return checked;
  }

  @Nullable ArrayCaches arrays() {
    return arrays;
  }

  @Override
  public String toString() {
    return name();
  }
}
