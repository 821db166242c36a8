package dev.quarry.slab;

import dev.quarry.machine.SlabSpec;
import dev.quarry.physical.Gfp;
import java.util.List;

/**
 * The general caches, {@code kmalloc_caches[type][index]}: for each size of the machine's geometry
 * one of ordinary, of reclaimable and of DMA memory.
 *
 * <pre>
 *   size ─► (size + 3) / 4 ─► index of the first cache that holds it, by table up to 8 KiB
 * </pre>
 */
final class GeneralCaches {
  /** Sizes up to here are looked up in a table. */
  static final int TABLE_BYTES = 8 << 10;

  /** What {@link #indexOf} returns for a size above the largest cache's. */
  static final int TOO_LARGE = -1;

  private static final int NORMAL = 0;
  private static final int RECLAIMABLE = 1;
  private static final int DMA = 2;
  private static final List<String> PREFIXES = List.of("kmalloc-", "kmalloc-rcl-", "kmalloc-dma-");
  private static final int[] FLAGS = {0, SlabFlags.RECLAIM_ACCOUNT, SlabFlags.CACHE_DMA};

  private final SlabCore core;
  private final int pageBytes;
  private final int[] sizes;
  private final byte[] indexOfQuarter = new byte[TABLE_BYTES / 4 + 1];
  private final KmemCache[][] caches;
  private final CpuSlabs[] normalByCpu;

  GeneralCaches(SlabCore core) {
    this.core = core;
    this.pageBytes = 1 << core.pageShift;
    long largest = 1L << (core.pageShift + core.rules.maxOrder());
    SlabSpec slab = core.spec.slab();
    this.sizes =
        slab.geometry().sizes().stream()
            .mapToInt(Integer::intValue)
            .filter(size -> size <= largest)
            .toArray();
    this.caches = new KmemCache[PREFIXES.size()][sizes.length];
    for (int quarter = 1; quarter < indexOfQuarter.length; quarter++) {
      indexOfQuarter[quarter] = (byte) search(quarter * 4);
    }
    core.general(this);
    SlabRules rules = core.rules.forGeneral(slab);
    for (int type = 0; type < caches.length; type++) {
      for (int index = 0; index < sizes.length; index++) {
        caches[type][index] = core.register(spec(type, sizes[index]), rules);
      }
    }
    this.normalByCpu = new CpuSlabs[core.states.length * sizes.length];
    for (int at = 0; at < normalByCpu.length; at++) {
      normalByCpu[at] = caches[NORMAL][at % sizes.length].cpu(at / sizes.length);
    }
  }

  private CacheSpec spec(int type, int size) {
    String name = PREFIXES.get(type) + sizeName(size);
    int debug = SlabFlags.debugFlags(core.spec.slab().debug(), name);
    return CacheSpec.of(name, size).aligned(alignment(size)).with(FLAGS[type] | debug);
  }

  /** As the kernel names them: 96, 1k, 4M. */
  private static String sizeName(int size) {
    if (size % (1 << 20) == 0) {
      return (size >> 20) + "M";
    }
    return size % (1 << 10) == 0 ? (size >> 10) + "k" : Integer.toString(size);
  }

  /**
   * Objects are aligned to the largest power of two that divides their size, so that a power of two
   * is aligned to itself, to a page at most (Documentation/core-api/memory-allocation.rst, 6.10).
   */
  private int alignment(int size) {
    return Math.min(pageBytes, Math.max(Long.BYTES, Integer.lowestOneBit(size)));
  }

  private int search(long size) {
    for (int index = 0; index < sizes.length; index++) {
      if (sizes[index] >= size) {
        return index;
      }
    }
    return TOO_LARGE;
  }

  /** The index of the first size that is at least {@code size}, or {@link #TOO_LARGE}. */
  int indexOf(long size) {
    return size <= TABLE_BYTES ? indexOfQuarter[(int) (size + 3) >>> 2] : search(size);
  }

  /** The slabs of a CPU in the ordinary cache for 1 to {@link #TABLE_BYTES} bytes. */
  CpuSlabs normal(int cpu, int size) {
    return normalByCpu[cpu * sizes.length + indexOfQuarter[(size + 3) >>> 2]];
  }

  /** The largest size that {@link #normal} serves. */
  int largestNormal() {
    return Math.min(TABLE_BYTES, sizes[sizes.length - 1]);
  }

  /** The ordinary cache for a size, which there must be. */
  KmemCache ofSize(int size) {
    return caches[NORMAL][indexOf(size)];
  }

  /** The cache for an index and the kind of memory that a mask asks for: {@code kmalloc_type}. */
  KmemCache of(int index, int gfp) {
    int type = NORMAL;
    if ((gfp & Gfp.DMA) != 0) {
      type = DMA;
    } else if ((gfp & Gfp.RECLAIMABLE) != 0) {
      type = RECLAIMABLE;
    }
    return caches[type][index];
  }
}
