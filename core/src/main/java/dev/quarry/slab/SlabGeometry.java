package dev.quarry.slab;

import org.jspecify.annotations.Nullable;

/**
 * The shape of a cache's slabs, computed once from size, alignment and flags: {@code
 * kmem_cache_create} and {@code calculate_slab_order} (mm/slab.c, Linux 3.10).
 *
 * <pre>
 *   on-slab, objects under 512 bytes, or where the rest holds the descriptor:
 *    page                                                                    {@literal <<} order
 *    ├─ colour ─┬─ descriptor ─┬─ chain ─┬─ object 0 ─┬─ object 1 ─┬ ... ┬─ rest ─┤
 *
 *   off-slab:                                descriptor and chain in a general cache
 *    ├─ colour ─┬─ object 0 ─┬─ object 1 ─┬ ... ┬─ rest ─┤
 *
 *   an object with all checks:
 *    ├─ red zone ─┬─ object ─ padding ─┬─ red zone ─┬─ users ─┤      size
 *    0            objectOffset
 * </pre>
 *
 * <p>Equation: {@code managementBytes (if on-slab) + num * size + leftOver == pageSize << order},
 * and {@code colours == leftOver / colourStep}.
 *
 * @param objectSize bytes that the user asked for
 * @param size bytes from one object to the next
 * @param align objects begin at multiples of it
 * @param objectOffset where in its {@code size} bytes the user's part begins
 * @param order log2 of a slab's pages: {@code gfporder}
 * @param num objects in a slab
 * @param colours how many places the first object may begin at, beside the first; {@code colour}
 * @param colourStep bytes between two of them: {@code colour_off}
 * @param offSlab whether the slab descriptor is elsewhere: CFLGS_OFF_SLAB
 * @param managementBytes the slab descriptor with its chain: {@code slab_size}
 * @param leftOver bytes of a slab that are nobody's
 */
public record SlabGeometry(
    int objectSize,
    int size,
    int align,
    int objectOffset,
    int order,
    int num,
    int colours,
    int colourStep,
    boolean offSlab,
    int managementBytes,
    int leftOver) {
  private static final int WORD = Long.BYTES;

  /** Bytes of a red zone, on each side. */
  static final int RED_ZONE_BYTES = Long.BYTES;

  /** Who allocated and who freed, 4 bytes each. */
  static final int USER_BYTES = 2 * Integer.BYTES;

  /**
   * The shape of a cache's slabs.
   *
   * @throws CacheException if no slab of the machine holds an object
   */
  static SlabGeometry of(CacheSpec spec, SlabRules rules) {
    int align = alignment(spec, rules);
    int offset = spec.has(SlabFlags.RED_ZONE) ? up(RED_ZONE_BYTES, align) : 0;
    long unaligned = bytesOf(spec, offset);
    boolean large = unaligned >= rules.offSlabBytes();
    long size = (unaligned + align - 1) & -(long) align;
    if (size > 1L << (rules.pageShift() + rules.maxOrder())) {
      throw new CacheException(
          spec.name(),
          "an object of "
              + spec.size()
              + " bytes takes "
              + size
              + ", more than the "
              + (1L << (rules.pageShift() + rules.maxOrder()))
              + " of the largest slab");
    }
    return new Search(spec, rules, (int) size, align, offset).run(large);
  }

  /**
   * A shape that is given. The slab descriptor is in a general cache: where it came from, objects
   * may take all of a slab.
   *
   * @throws CacheException if no slab of the machine has this shape
   */
  static SlabGeometry given(CacheSpec spec, SlabShape shape, SlabRules rules) {
    String wrong = shape.wrong(spec, rules);
    if (!wrong.isEmpty()) {
      throw new CacheException(spec.name(), wrong);
    }
    int align = Math.min(rules.lineBytes(), Integer.lowestOneBit(shape.size()));
    int leftOver = (1 << (rules.pageShift() + shape.order())) - shape.num() * shape.size();
    return new SlabGeometry(
        spec.size(),
        shape.size(),
        align,
        0,
        shape.order(),
        shape.num(),
        leftOver / rules.lineBytes(),
        rules.lineBytes(),
        true,
        managementBytes(shape.num()),
        leftOver);
  }

  /** An object with what its checks need, not yet aligned. */
  private static long bytesOf(CacheSpec spec, int offset) {
    long bytes = (long) up(spec.size(), WORD) + offset;
    bytes += spec.has(SlabFlags.RED_ZONE) ? RED_ZONE_BYTES : 0;
    return bytes + (spec.has(SlabFlags.STORE_USER) ? USER_BYTES : 0);
  }

  /** Whether a slab of the machine holds an object. */
  static boolean fits(CacheSpec spec, SlabRules rules) {
    int align = alignment(spec, rules);
    int offset = spec.has(SlabFlags.RED_ZONE) ? up(RED_ZONE_BYTES, align) : 0;
    return bytesOf(spec, offset) <= 1L << (rules.pageShift() + rules.maxOrder());
  }

  /** {@code calculate_alignment} (mm/slab_common.c). */
  private static int alignment(CacheSpec spec, SlabRules rules) {
    int align = Math.max(WORD, spec.align());
    if (spec.has(SlabFlags.HWCACHE_ALIGN)) {
      int line = rules.lineBytes();
      while (spec.size() <= line / 2) {
        line /= 2;
      }
      align = Math.max(align, line);
    }
    return align;
  }

  private static int up(int bytes, int align) {
    return (bytes + align - 1) & -align;
  }

  /** The descriptor of a slab of {@code num} objects, with its chain. */
  static int managementBytes(int num) {
    return Slab.BYTES + num * Bufctl.BYTES;
  }

  /** The search for the least order that wastes little. */
  private record Search(CacheSpec spec, SlabRules rules, int size, int align, int offset) {
    SlabGeometry run(boolean large) {
      SlabGeometry best = large ? search(true) : search(false);
      if (best == null) {
        best = search(!large); // no descriptor fits beside the object, or in a general cache
      }
      if (best == null) {
        throw new CacheException(
            spec.name(), "no slab up to order " + rules.maxOrder() + " holds an object of " + size);
      }
      int management = up(best.managementBytes, align);
      boolean fits = best.offSlab && best.leftOver >= management;
      return fits ? shape(best.order, best.num, false) : best;
    }

    /** {@code calculate_slab_order}; null if there is none. */
    private @Nullable SlabGeometry search(boolean offSlab) {
      SlabGeometry last = null;
      for (int order = 0; order <= rules.maxOrder(); order++) {
        int num = estimate(order, offSlab);
        if (num == 0) {
          continue;
        }
        if (offSlab && SlabGeometry.managementBytes(num) > rules.offSlabLimit()) {
          break;
        }
        last = shape(order, num, offSlab);
        int bytes = 1 << (rules.pageShift() + order);
        boolean dense =
            last.leftOver * (long) rules.wasteDivisor() <= bytes && num >= rules.leastObjects();
        if (spec.has(SlabFlags.RECLAIM_ACCOUNT) || order >= rules.breakOrder() || dense) {
          break;
        }
      }
      return last;
    }

    /** {@code cache_estimate}: how many objects a slab holds. */
    private int estimate(int order, boolean offSlab) {
      int bytes = 1 << (rules.pageShift() + order);
      if (offSlab) {
        return Math.min(bytes / size, Bufctl.MOST_OBJECTS);
      }
      int num =
          Math.max(0, Math.min((bytes - Slab.BYTES) / (size + Bufctl.BYTES), Bufctl.MOST_OBJECTS));
      while (num > 0 && up(SlabGeometry.managementBytes(num), align) + (long) num * size > bytes) {
        num--;
      }
      return num;
    }

    private SlabGeometry shape(int order, int num, boolean offSlab) {
      int management = SlabGeometry.managementBytes(num);
      int onSlab = offSlab ? 0 : up(management, align);
      int leftOver = (1 << (rules.pageShift() + order)) - onSlab - num * size;
      int step = Math.max(rules.lineBytes(), align);
      return new SlabGeometry(
          spec.size(),
          size,
          align,
          offset,
          order,
          num,
          leftOver / step,
          step,
          offSlab,
          offSlab ? management : onSlab,
          leftOver);
    }
  }
}
