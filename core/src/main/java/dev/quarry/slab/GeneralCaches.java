package dev.quarry.slab;

import dev.quarry.machine.SlabSpec;
import dev.quarry.physical.Gfp;
import java.util.Arrays;
import java.util.List;

/**
 * The general caches, {@code kmalloc_caches[type][index]}: for each size of the machine's geometry
 * one of ordinary, of reclaimable and of DMA memory.
 */
final class GeneralCaches {
  /** CPUs find their slabs for sizes up to here in a table. */
  static final int TABLE_BYTES = 4 << 10;

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
  private final KmemCache[][] caches;

  /** By eighths of a size, the index of the least cache that holds all sizes of this eighth. */
  private final byte[] byEighth;

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
    this.byEighth = new byte[TABLE_BYTES / 8 + 1];
    for (int eighth = 0; eighth < byEighth.length; eighth++) {
      byEighth[eighth] = (byte) search(8L * eighth);
    }
    core.general(this);
    SlabRules rules = core.rules.forGeneral(slab);
    for (int type = 0; type < caches.length; type++) {
      for (int index = 0; index < sizes.length; index++) {
        CacheSpec spec = spec(type, sizes[index]);
        caches[type][index] = core.register(spec, SlabGeometry.of(spec, rules));
      }
    }
    for (SlabCpu cpu : core.states) {
      cpu.current(current(cpu));
    }
  }

  /** For each eighth of a size the current slab of a CPU, or none where two sizes share it. */
  private CurrentSlab[] current(SlabCpu cpu) {
    CurrentSlab[] table = new CurrentSlab[Math.min(TABLE_BYTES, sizes[sizes.length - 1]) / 8 + 1];
    Arrays.fill(table, CurrentSlab.NEVER);
    for (int index = 0; index < sizes.length; index++) {
      int from = index == 0 ? 1 : (sizes[index - 1] + 7) / 8 + 1;
      int to = Math.min(sizes[index] / 8 + 1, table.length);
      if (from < to) {
        Arrays.fill(table, from, to, caches[NORMAL][index].cpu(cpu.id()).current());
      }
    }
    return table;
  }

  private CacheSpec spec(int type, int size) {
    String name = PREFIXES.get(type) + sizeName(size);
    CacheSpec spec = CacheSpec.of(name, size).aligned(alignment(size)).with(FLAGS[type]);
    CacheSpec checked = spec.with(SlabFlags.debugFlags(core.spec.slab().debug(), name));
    // The largest object has no room for red zones beside it.
    return SlabGeometry.fits(checked, core.rules) ? checked : spec;
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
    int place =
        size > sizes[sizes.length - 1] ? sizes.length : Arrays.binarySearch(sizes, (int) size);
    int index = place < 0 ? -place - 1 : place;
    return index == sizes.length ? TOO_LARGE : index;
  }

  /** The index of the first size that is at least {@code size}, or {@link #TOO_LARGE}. */
  int indexOf(long size) {
    if (size > TABLE_BYTES) {
      return search(size);
    }
    int index = byEighth[(int) (size + 7) >> 3];
    if (index == TOO_LARGE) {
      return search(size); // the last size may end within the eighth
    }
    return index > 0 && sizes[index - 1] >= size ? index - 1 : index;
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
