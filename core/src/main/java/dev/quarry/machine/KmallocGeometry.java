package dev.quarry.machine;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.stream.IntStream;

/**
 * The sizes of the general caches, {@code kmalloc_info[]}: a request gets an object of the first
 * size that holds it.
 *
 * <pre>
 *   course  32 64 96 128 192 256 512 1K ... 4M        the default; 18 powers of two, and 96 and 192
 *   older   32 64 128 252 508 1020 2040 4080 ... 131056
 *   linux   8 16 32 64 96 128 192 256 512 ... 8K      beyond: pages
 *   fine    8 16 24 ... 128 144 160 ... 256 288 ...   eight steps for each doubling, to 32K
 * </pre>
 */
public enum KmallocGeometry {
  /** 2^5 to 2^22, and 96 and 192: include/linux/kmalloc_sizes.h of Linux 2.6. */
  COURSE(withThirds(powersOfTwo(5, 22))),

  /**
   * Powers of two, from 256 on less the header of a block or of a page: {@code blocksize[]} in
   * mm/kmalloc.c of Linux 2.0.
   */
  OLDER(List.of(32, 64, 128, 252, 508, 1020, 2040, 4080, 8176, 16_368, 32_752, 65_520, 131_056)),

  /** 2^3 to 2^13, and 96 and 192: {@code kmalloc_info} in mm/slab_common.c of Linux 6.18. */
  LINUX(withThirds(powersOfTwo(3, 13))),

  /** Multiples of 8 to 128, then eight steps for each doubling, to 32 KiB. */
  FINE(steps());

  private final List<Integer> sizes;
  private final String label = name().toLowerCase(Locale.ROOT);

  KmallocGeometry(List<Integer> sizes) {
    this.sizes = List.copyOf(sizes);
  }

  /** The sizes in bytes, ascending. */
  public List<Integer> sizes() {
    return sizes;
  }

  /** The name in specifications. */
  public String label() {
    return label;
  }

  /**
   * The geometry of a name.
   *
   * @throws IllegalArgumentException naming all of them
   */
  public static KmallocGeometry ofLabel(String label) {
    for (KmallocGeometry geometry : values()) {
      if (geometry.label.equals(label)) {
        return geometry;
      }
    }
    throw new IllegalArgumentException(
        "kmalloc is course, older, linux or fine, not \"" + label + "\"");
  }

  private static List<Integer> powersOfTwo(int first, int last) {
    return IntStream.rangeClosed(first, last).mapToObj(shift -> 1 << shift).toList();
  }

  private static List<Integer> withThirds(List<Integer> powers) {
    return IntStream.concat(powers.stream().mapToInt(Integer::intValue), IntStream.of(96, 192))
        .sorted()
        .boxed()
        .toList();
  }

  private static List<Integer> steps() {
    List<Integer> sizes = new ArrayList<>();
    for (int size = 8; size <= 32 << 10; size += Math.max(8, Integer.highestOneBit(size) / 8)) {
      sizes.add(size);
    }
    return sizes;
  }
}
