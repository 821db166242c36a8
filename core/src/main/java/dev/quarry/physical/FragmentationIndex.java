package dev.quarry.physical;

/**
 * Two measures of fragmentation, in thousandths, from the free blocks of a zone by order. Formulas
 * of mm/vmstat.c (6.18): {@code fill_contig_page_info}, {@code unusable_free_index}, {@code
 * __fragmentation_index}; the kernel shows them in {@code /sys/kernel/debug/extfrag}.
 */
public final class FragmentationIndex {
  /** {@link #external} when a block of the order is free: the request would not fail. */
  public static final int SUITABLE = -1000;

  private FragmentationIndex() {}

  /**
   * The share of free memory that a request of an order cannot use, as it lies in smaller blocks: 0
   * none, 1000 all. Without free memory 1000.
   *
   * @param blocks free blocks by order
   */
  public static int unusable(long[] blocks, int order) {
    long free = pages(blocks, 0);
    return free == 0 ? 1000 : (int) ((free - pages(blocks, order)) * 1000 / free);
  }

  /**
   * Whether a request of an order would fail for lack of memory (towards 0) or for fragmentation
   * (towards 1000); {@link #SUITABLE} if it would not fail.
   *
   * @param blocks free blocks by order
   */
  public static int external(long[] blocks, int order) {
    long total = 0;
    for (long count : blocks) {
      total += count;
    }
    if (total == 0) {
      return 0;
    }
    if (pages(blocks, order) > 0) {
      return SUITABLE;
    }
    long requested = 1L << order;
    return (int) (1000 - (1000 + pages(blocks, 0) * 1000 / requested) / total);
  }

  /** Pages in blocks of at least {@code order}. */
  private static long pages(long[] blocks, int order) {
    long pages = 0;
    for (int o = order; o < blocks.length; o++) {
      pages += blocks[o] << o;
    }
    return pages;
  }
}
