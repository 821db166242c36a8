package dev.quarry.physical;

/**
 * Whether compaction is worth while in a zone, and whether it has come to its end: {@code
 * compaction_suit_allocation_order}, {@code compaction_suitable}, {@code __compact_finished}
 * (mm/compaction.c, 6.18).
 *
 * <pre>
 *   serves the order at its mark? ─yes─► SUCCESS, nothing to do
 *     │ no
 *   mark + 2^(order + 1) free pages? ─no─► SKIPPED       costly orders: low - min more
 *     │ yes
 *   costly, and 0 &lt;= fragmentation index &lt;= threshold? ─yes─► SKIPPED, it lacks memory
 *     │ no
 *   CONTINUE
 * </pre>
 */
public final class CompactionMarks {
  private static final int COSTLY_ORDER = 3;

  private final PhysicalMemory memory;
  private final Fallback fallback;

  /** Of a machine. */
  public CompactionMarks(PhysicalMemory memory) {
    this.memory = memory;
    this.fallback = new Fallback(memory);
  }

  /**
   * Whether to begin.
   *
   * @param allocFlags what the allocator allows the request; 0 is a request without rights
   * @param async whether only the least is to be done
   * @param daemon whether kcompactd asks, which makes whole pageblocks with {@code defrag_mode}
   * @param threshold {@code vm.extfrag_threshold}
   */
  public CompactResult suit(
      Zone zone,
      int order,
      int highestZone,
      int allocFlags,
      boolean async,
      boolean daemon,
      int threshold) {
    Watermark watermark = memory.watermark();
    int which = Math.min(allocFlags & AllocFlags.WMARK_MASK, Zone.PROMO);
    long mark = zone.mark(which);
    boolean whole = daemon && memory.fragmentation().defragMode();
    long free = whole ? zone.stat(ZoneStat.NR_FREE_PAGES_BLOCKS) : zone.freePages();
    if (watermark.okWith(free, zone, order, mark, highestZone, allocFlags)) {
      return CompactResult.SUCCESS;
    }
    boolean outsideCma = order > COSTLY_ORDER && async && (allocFlags & AllocFlags.CMA) == 0;
    if (outsideCma && !watermark.ok(zone, 0, mark + gap(order), highestZone, 0)) {
      return CompactResult.SKIPPED;
    }
    if (!enoughFree(zone, order, mark, highestZone, zone.freePages())) {
      return CompactResult.SKIPPED;
    }
    if (order > COSTLY_ORDER) {
      int index = FragmentationIndex.external(zone.freeBlocksByOrder(), order);
      if (index >= 0 && index <= threshold) {
        return CompactResult.SKIPPED;
      }
    }
    return CompactResult.CONTINUE;
  }

  /** Pages that moving needs for a while: {@code compact_gap}. */
  private static long gap(int order) {
    return 2L << order;
  }

  /** {@code __compaction_suitable}. */
  boolean enoughFree(Zone zone, int order, long mark, int highestZone, long free) {
    long costly =
        order > COSTLY_ORDER ? zone.unboostedMark(Zone.LOW) - zone.unboostedMark(Zone.MIN) : 0;
    long needed = mark + gap(order) + costly;
    return memory.watermark().okWith(free, zone, 0, needed, highestZone, AllocFlags.CMA);
  }

  /**
   * Whether kcompactd makes whole pageblocks until a zone's high mark is met in them: {@code
   * defrag_mode}.
   */
  public boolean wantsWholeBlocks() {
    return memory.fragmentation().defragMode();
  }

  /** Whether it has made enough. */
  public boolean hasWholeBlocks(Zone zone, int order, int highestZone) {
    long free = zone.stat(ZoneStat.NR_FREE_PAGES_BLOCKS);
    return memory.watermark().okWith(free, zone, order, zone.mark(Zone.HIGH), highestZone, 0);
  }

  /** Whether a block of an order is on a list that a request of a type may use, or claim. */
  public boolean hasBlock(Zone zone, int order, int migrateType) {
    for (int at = order; at < zone.nrOrders(); at++) {
      boolean own = !zone.isEmpty(at, migrateType);
      boolean cma = migrateType == MigrateType.MOVABLE && !zone.isEmpty(at, MigrateType.CMA);
      if (own || cma || fallback.couldClaim(zone, at, migrateType)) {
        return true;
      }
    }
    return false;
  }
}
