package dev.quarry.slab;

import dev.quarry.machine.KmallocGeometry;
import dev.quarry.machine.MachineSpec;
import dev.quarry.machine.SlabSpec;

/**
 * What the shape of slabs depends on beside the cache: constants of mm/slab.c (3.10) and of the
 * machine.
 *
 * @param pageShift log2 of the page size
 * @param maxOrder the largest order of a slab
 * @param breakOrder an order that is taken without a look at the waste: {@code slab_max_order}
 * @param wasteDivisor a smaller order is taken when at most this fraction of it is left over
 * @param leastObjects ... and it holds so many objects
 * @param lineBytes a cache line
 * @param offSlabLimit the largest slab descriptor, with its index chain, that an on-slab general
 *     cache can hold
 */
public record SlabRules(
    int pageShift,
    int maxOrder,
    int breakOrder,
    int wasteDivisor,
    int leastObjects,
    int lineBytes,
    int offSlabLimit) {
  private static final int LINE_BYTES = 64;

  /** KMALLOC_SHIFT_HIGH: no general cache is larger than 32 MiB. */
  private static final int LARGEST_ORDER = 10;

  /** Machines above get {@code BREAK_GFP_ORDER_HI}. */
  private static final long SMALL_MACHINE_BYTES = 32L << 20;

  private static final int SMALL_BREAK_ORDER = 0;
  private static final int BREAK_ORDER = 1;
  private static final int LINUX_WASTE_DIVISOR = 8;

  /** The rules of mm/slab.c for a machine. */
  static SlabRules of(MachineSpec spec) {
    long bytes = spec.memory().stream().mapToLong(range -> range.end() - range.start()).sum();
    return new SlabRules(
        spec.pageShift(),
        Math.min(LARGEST_ORDER, spec.maxOrder()),
        bytes > SMALL_MACHINE_BYTES ? BREAK_ORDER : SMALL_BREAK_ORDER,
        LINUX_WASTE_DIVISOR,
        1,
        LINE_BYTES,
        offSlabLimit(spec.slab().geometry(), spec.pageShift()));
  }

  /** Larger slabs with less left over, for general caches of {@link KmallocGeometry#FINE}. */
  SlabRules dense() {
    return new SlabRules(
        pageShift, maxOrder, Math.min(maxOrder, 4), 64, 32, lineBytes, offSlabLimit);
  }

  /** The rules for a general cache. */
  SlabRules forGeneral(SlabSpec slab) {
    return slab.geometry() == KmallocGeometry.FINE ? dense() : this;
  }

  /**
   * Objects from here on have their slab descriptor elsewhere, unless it fits what is left over.
   */
  int offSlabBytes() {
    return (1 << pageShift) >> 3;
  }

  private static int offSlabLimit(KmallocGeometry geometry, int pageShift) {
    int onSlab = (1 << pageShift) >> 3;
    return geometry.sizes().stream()
        .mapToInt(Integer::intValue)
        .filter(size -> size + 7 < onSlab)
        .max()
        .orElse(0);
  }
}
