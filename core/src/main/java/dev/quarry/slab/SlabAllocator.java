package dev.quarry.slab;

import dev.quarry.machine.Cpu;
import dev.quarry.machine.Ram;
import dev.quarry.physical.Gfp;
import dev.quarry.physical.PageAllocator;
import dev.quarry.physical.PhysicalMemory;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Optional;

/**
 * The object allocator of a machine: caches of its own for whoever makes one, and the general
 * caches behind kmalloc. Names and behaviour are those of include/linux/slab.h (6.1).
 *
 * <pre>{@code
 * SlabAllocator slab = machine.slab();
 * long object = slab.kmalloc(cpu, 300, Gfp.GFP_KERNEL);
 * slab.memory().putLong(object, 42);
 * slab.kfree(cpu, object);
 * }</pre>
 *
 * <p>Addresses are the kernel's, in the direct map. A CPU is one that the calling thread may use.
 */
public final class SlabAllocator {
  /** What kmalloc returns for 0 bytes: ZERO_SIZE_PTR; kfree ignores it. */
  public static final long ZERO_SIZE = 16;

  private final SlabCore core;
  private final ObjectFree free;
  private final KmemCache cacheCache;
  private final SlabCpu[] cpus;

  /**
   * Makes the caches of a machine: {@code kmem_cache_init}.
   *
   * @param cpu a CPU that the calling thread may use
   * @throws CacheException if there is no memory for the caches' descriptors
   */
  public SlabAllocator(Cpu cpu, PhysicalMemory physical, PageAllocator pages, Ram ram) {
    this.core = new SlabCore(physical, pages, ram);
    this.free = core.free;
    CacheSpec own = CacheSpec.of("kmem_cache", CacheDescriptor.BYTES).with(SlabFlags.HWCACHE_ALIGN);
    this.cacheCache = core.register(own, SlabGeometry.of(own, core.rules));
    core.general(new GeneralCaches(core));
    this.cpus = core.states;
    try {
      for (KmemCache cache : core.caches()) {
        describe(cpu, cache, KmemCache.NULL);
      }
    } catch (CacheException e) {
      undo(cpu);
      throw e;
    }
  }

  /** There was no memory for all descriptors: gives back what the others have, for a later try. */
  private void undo(Cpu cpu) {
    for (KmemCache cache : core.caches()) {
      if (cache.descriptor() != KmemCache.NULL) {
        cacheCache.free(cpu, cache.descriptor());
      }
    }
    for (int again = 0; again < 2; again++) { // the first round frees descriptors of slabs
      core.caches().forEach(cache -> cache.maintenance().drainEverywhere());
      core.reclaim(cpu);
    }
    core.physical.cpus().forEach(Cpu::detach);
  }

  private void describe(Cpu cpu, KmemCache cache, long name) {
    long descriptor = cacheCache.alloc(cpu, Gfp.GFP_KERNEL);
    if (descriptor == KmemCache.NULL) {
      throw new CacheException(cache.name(), "no memory for its descriptor");
    }
    cache.descriptor(descriptor);
    CacheDescriptor.write(core.memory, cache, name);
  }

  /** The allocator as a CPU sees it. */
  public SlabCpu on(Cpu cpu) {
    return cpu.attachment() instanceof SlabCpu attached ? attached : cpus[cpu.id()];
  }

  /** RAM by the addresses that this allocator returns. */
  public DirectMemory memory() {
    return core.memory;
  }

  /** All caches, the oldest first. */
  public List<KmemCache> caches() {
    return core.caches();
  }

  /** The cache of the slab that an address lies in; none of pages that no cache has. */
  public Optional<KmemCache> cacheOf(long address) {
    return free.cacheOf(address);
  }

  /**
   * Whether a byte is part of a slab descriptor, on its slab or off it. This package trusts what it
   * wrote there; who lets a user write anywhere asks before.
   */
  public boolean isSlabDescriptor(long address) {
    return free.isSlabDescriptor(address);
  }

  /** The slab that an address lies in, as it is now; none of pages that no cache has. */
  public Optional<SlabView> slabOf(long address) {
    return free.slabOf(address);
  }

  /** The cache of a name. */
  public Optional<KmemCache> cache(String name) {
    return core.caches().stream().filter(cache -> cache.name().equals(name)).findFirst();
  }

  /**
   * Makes a cache: {@code kmem_cache_create()}.
   *
   * @throws CacheException if it cannot be, or there is no memory for its descriptor
   */
  public KmemCache createCache(Cpu cpu, CacheSpec spec) {
    try {
      int debug = SlabFlags.debugFlags(core.spec.slab().debug(), spec.name());
      CacheSpec checked = CacheChecks.checked(spec.with(debug), core);
      return create(cpu, checked, SlabGeometry.of(checked, core.rules));
    } catch (CacheException e) {
      if (spec.has(SlabFlags.PANIC)) {
        core.reports.panic(spec.name());
      }
      throw e;
    }
  }

  /**
   * Makes a cache whose slabs have another kernel's shape; without checks, which need room.
   *
   * @throws CacheException if no slab of the machine has this shape, or as {@link #createCache(Cpu,
   *     CacheSpec)}
   */
  public KmemCache createCache(Cpu cpu, CacheSpec spec, SlabShape shape) {
    return create(
        cpu, CacheChecks.checked(spec, core), SlabGeometry.given(spec, shape, core.rules));
  }

  private KmemCache create(Cpu cpu, CacheSpec spec, SlabGeometry geometry) {
    KmemCache cache = core.register(spec, geometry);
    long name = kstrdup(cpu, spec.name(), Gfp.GFP_KERNEL);
    try {
      if (name == KmemCache.NULL) {
        throw new CacheException(spec.name(), "no memory for its name");
      }
      describe(cpu, cache, name);
      return cache;
    } catch (CacheException e) {
      kfree(cpu, name);
      core.unregister(cache);
      throw e;
    }
  }

  /**
   * Destroys a cache: {@code kmem_cache_destroy()}. While objects are in use it stays, and the
   * kernel's log says which.
   *
   * @return the objects that are still in use; none: the cache is gone
   * @throws IllegalStateException if another thread holds a CPU
   */
  public List<LiveObject> destroyCache(Cpu cpu, KmemCache cache) {
    List<LiveObject> live = cache.maintenance().takeApart(cpu);
    if (!live.isEmpty()) {
      core.reports.stillInUse(cache, live);
      return live;
    }
    long name = CacheDescriptor.name(core.memory, cache.descriptor());
    core.unregister(cache);
    cacheCache.free(cpu, cache.descriptor());
    kfree(cpu, name);
    return live;
  }

  /**
   * Gives the pages of free slabs of all caches back: {@code cache_reap}, a shrinker's work.
   *
   * @return how many slabs
   */
  public int reap() {
    return core.caches().stream().mapToInt(KmemCache::shrink).sum();
  }

  /**
   * The end of a grace period: destroys the slabs of TYPESAFE_BY_RCU caches that waited for it.
   *
   * @return how many
   */
  public int gracePeriod(Cpu cpu) {
    return core.rcu.gracePeriod(cpu);
  }

  /** Objects in use of caches that keep users, by who allocated them; the machine rests. */
  public List<Leaks> leaks() {
    return Leaks.of(core.caches());
  }

  /** The machine is about to close: requests throw an IllegalStateException from now on. */
  public void close() {
    core.close();
  }

  /** What is wrong with the structures; empty when all is sound. The machine rests. */
  public List<String> invariants() {
    return SlabInvariants.check(core);
  }

  /**
   * Allocates {@code size} bytes: {@code kmalloc()}.
   *
   * @param gfp bits of {@link Gfp}; DMA and RECLAIMABLE choose a general cache of that kind
   * @return the address, {@link #ZERO_SIZE} for no bytes, or {@link KmemCache#NULL}
   */
  public long kmalloc(Cpu cpu, long size, int gfp) {
    return size == (int) size ? on(cpu).kmalloc((int) size, gfp) : core.kmallocSlow(cpu, size, gfp);
  }

  /** Allocates bytes that are 0: {@code kzalloc()}. */
  public long kzalloc(Cpu cpu, long size, int gfp) {
    return kmalloc(cpu, size, gfp | Gfp.ZERO);
  }

  /**
   * Frees what {@link #kmalloc} or a cache returned: {@code kfree()}; 0 and {@link #ZERO_SIZE} are
   * ignored.
   *
   * @return false: misuse, which is reported in the kernel's log and changes nothing
   */
  public boolean kfree(Cpu cpu, long address) {
    return on(cpu).kfree(address);
  }

  /**
   * How many bytes an allocation may use: {@code ksize()}.
   *
   * @throws CacheException if the address is none of an allocation
   */
  public long ksize(long address) {
    return address == KmemCache.NULL || address == ZERO_SIZE ? 0 : free.sizeOf(address);
  }

  /**
   * Makes an allocation larger or smaller, where it is if it fits: {@code krealloc()}.
   *
   * @return the address, or {@link KmemCache#NULL}: the old allocation stays
   */
  public long krealloc(Cpu cpu, long address, long size, int gfp) {
    if (size == 0) {
      kfree(cpu, address);
      return ZERO_SIZE;
    }
    long old = ksize(address);
    if (old >= size) {
      return address;
    }
    long larger = kmalloc(cpu, size, gfp);
    if (larger != KmemCache.NULL && old > 0) {
      core.memory.copy(address, larger, old);
      kfree(cpu, address);
    }
    return larger;
  }

  /** Allocates a copy of bytes: {@code kmemdup()}. */
  public long kmemdup(Cpu cpu, long source, long size, int gfp) {
    long copy = kmalloc(cpu, size, gfp);
    if (copy != KmemCache.NULL && size > 0) {
      core.memory.copy(source, copy, size);
    }
    return copy;
  }

  /** Allocates a text in UTF-8 with a 0 at its end: {@code kstrdup()}. */
  public long kstrdup(Cpu cpu, String text, int gfp) {
    byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
    long copy = kmalloc(cpu, bytes.length + 1L, gfp);
    if (copy != KmemCache.NULL) {
      core.memory.segment(copy, bytes.length + 1L).setString(0, text);
    }
    return copy;
  }

  /** The text at an address: bytes up to a 0, as UTF-8. */
  public String string(long address) {
    return core.memory.segment(address, ksize(address)).getString(0);
  }

  /** How many misuses were caught since boot. */
  public long misuses() {
    return core.reports.count();
  }
}
