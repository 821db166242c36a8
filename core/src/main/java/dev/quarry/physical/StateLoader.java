package dev.quarry.physical;

/**
 * Puts a machine into a recorded state: which blocks are free and in which order, what lies on the
 * per-CPU lists, the pageblocks' types, marks and reserves. The machine was just booted; all its
 * memory is taken back first, so that whatever the recording does not call free is held by
 * somebody.
 *
 * <p>Blocks come in the order of their lists. Each is checked; a block that contradicts what is
 * there is refused and nothing of it is kept.
 */
public final class StateLoader {
  private final PhysicalMemory memory;
  private final MemMap map;
  private final Pageblocks pageblocks;
  private final boolean looksForOverlaps;

  /** Empties all free lists of a machine that was just booted. */
  public StateLoader(PhysicalMemory memory) {
    this(memory, true);
  }

  /**
   * The same.
   *
   * @param looksForOverlaps false for a state that was loaded before: whether a block overlaps
   *     another costs a look at each of its descriptors, which nobody has touched yet
   */
  public StateLoader(PhysicalMemory memory, boolean looksForOverlaps) {
    this.looksForOverlaps = looksForOverlaps;
    this.memory = memory;
    this.map = memory.map();
    this.pageblocks = memory.pageblocks();
    for (Zone zone : memory.zones()) {
      takeAll(zone);
    }
    memory.heldSinceBoot(true);
  }

  private void takeAll(Zone zone) {
    for (int order = 0; order <= memory.spec().maxOrder(); order++) {
      for (int type = 0; type < MigrateType.COUNT; type++) {
        while (!zone.isEmpty(order, type)) {
          if (zone.untouched.count() > 0 && order == memory.spec().maxOrder()) {
            forgetUntouched(zone, order);
          } else {
            zone.buddy.takeFirst(order, type);
            zone.buddy.account(-(1L << order), type);
          }
        }
      }
    }
  }

  private static void forgetUntouched(Zone zone, int order) {
    int blocks = zone.untouched.count();
    zone.untouched.clear();
    zone.areas[order].changeCount(-blocks);
    zone.freePagesInBlocks -= (long) blocks << order;
    zone.buddy.account(-((long) blocks << order), MigrateType.MOVABLE);
    if (zone.areas[order].list(MigrateType.MOVABLE).count() == 0) {
      zone.nonEmptyOrders[MigrateType.MOVABLE] &= ~(1 << order);
      zone.updateBlockOrders();
    }
  }

  /** Sets a pageblock's type; before its free blocks are added. */
  public void pageblock(int pfn, int migrateType) {
    Zone zone = memory.zoneOf(pfn);
    if (zone != null) {
      retype(zone, pfn, migrateType);
    }
  }

  /** The high-atomic reserve of a zone is what its pageblocks of that type come to. */
  private void retype(Zone zone, int pfn, int migrateType) {
    if (pageblocks.type(pfn) == MigrateType.HIGHATOMIC) {
      zone.reservedHighatomic -= pageblocks.pages();
    }
    if (migrateType == MigrateType.HIGHATOMIC) {
      zone.reservedHighatomic += pageblocks.pages();
    }
    zone.updatePlenty();
    pageblocks.type(pfn, migrateType);
  }

  /**
   * Adds a free block behind those that its list has.
   *
   * @param migrateType of its list; the pageblock is given it
   * @throws IllegalArgumentException naming what contradicts it
   */
  public void freeBlock(Zone zone, int pfn, int order, int migrateType) {
    check(zone, pfn, order, "free block");
    freeBlockApart(zone, pfn, order, migrateType);
  }

  /**
   * Adds a free block as {@link #freeBlock} does, without a look at each of its frames: the caller
   * keeps its blocks apart, aligned and inside their zones.
   */
  public void freeBlockApart(Zone zone, int pfn, int order, int migrateType) {
    for (int at = pfn; at < pfn + (1 << order); at += pageblocks.pages()) {
      retype(zone, at, migrateType);
    }
    zone.buddy.linkTail(pfn, order, migrateType);
    zone.buddy.account(1L << order, migrateType);
  }

  /**
   * Frees a block, joining it with its buddies, behind those that its list has.
   *
   * @throws IllegalArgumentException naming what contradicts it
   */
  public void freeMerging(Zone zone, int pfn, int order) {
    check(zone, pfn, order, "free block");
    zone.buddy.free(pfn, order, pageblocks.type(pfn), true);
  }

  /**
   * Adds a block behind those that a CPU's list has.
   *
   * @param index of the list: {@code order * 3 + type}, huge pages last
   * @throws IllegalArgumentException naming what contradicts it
   */
  public void pcpBlock(Zone zone, int cpu, int index, int pfn) {
    PerCpuPages pcp = zone.pcp(cpu);
    if (index < 0 || index >= pcp.lists()) {
      throw new IllegalArgumentException(
          "per-CPU list " + index + " is not one of the " + pcp.lists() + " that a CPU has");
    }
    int order = pcp.listOrder(index);
    check(zone, pfn, order, "per-CPU block");
    map.state(pfn, PageState.pcp(order));
    pcp.list(index).addTail(pfn);
    pcp.count += 1 << order;
  }

  private void check(Zone zone, int pfn, int order, String what) {
    if (order < 0 || order > memory.spec().maxOrder()) {
      throw new IllegalArgumentException(
          what
              + " at frame "
              + pfn
              + ": order "
              + order
              + " is not 0 to the machine's largest order "
              + memory.spec().maxOrder());
    }
    if ((pfn & ((1 << order) - 1)) != 0) {
      throw new IllegalArgumentException(
          what + ": frame " + pfn + " is not aligned to order " + order);
    }
    if (memory.zoneOf(pfn) != zone || !zone.spans(pfn) || !zone.spans(pfn + (1 << order) - 1)) {
      throw new IllegalArgumentException(
          what
              + " of order "
              + order
              + " at frame "
              + pfn
              + " is outside of "
              + zone
              + ", frames "
              + zone.startPfn()
              + " to "
              + (zone.endPfn() - 1));
    }
    if (looksForOverlaps) {
      checkUnused(pfn, order, what);
    }
  }

  private void checkUnused(int pfn, int order, String what) {
    int head = map.headOf(pfn, memory.spec().maxOrder());
    for (int at = pfn; head == Pfn.NONE && at < pfn + (1 << order); at++) {
      head = PageState.isHead(map.state(at)) ? at : Pfn.NONE;
    }
    if (head != Pfn.NONE) {
      throw new IllegalArgumentException(
          what
              + " of order "
              + order
              + " at frame "
              + pfn
              + " overlaps the block of order "
              + PageState.order(map.state(head))
              + " at frame "
              + head);
    }
  }

  /** Sets the fields of a CPU's lists. */
  public void pcpState(Zone zone, int cpu, PcpState state) {
    PerCpuPages tuning = zone.pcp(cpu);
    tuning.limits(state.highMin(), state.highMax(), Math.max(1, state.batch()));
    tuning.high = state.high();
    tuning.freeCount = state.freeCount();
    tuning.allocFactor = Math.clamp(state.allocFactor(), 0, PcpTuning.BATCH_SCALE_MAX);
    tuning.lastFreeWasHighOrder = (state.flags() & 1) != 0;
    tuning.freeHighInBatches = (state.flags() & 2) != 0;
    tuning.updateTrimFrom();
  }

  /** Sets a zone's marks without boost, and its boost. */
  public void marks(Zone zone, long min, long low, long high, long promo, long boost) {
    zone.watermark[Zone.MIN] = min;
    zone.watermark[Zone.LOW] = low;
    zone.watermark[Zone.HIGH] = high;
    zone.watermark[Zone.PROMO] = promo;
    zone.watermarkBoost = boost;
    zone.updatePlenty();
  }

  /** Sets what a zone keeps back, by highest zone. */
  public void reserves(Zone zone, long[] pages) {
    System.arraycopy(
        pages, 0, zone.lowmemReserve, 0, Math.min(pages.length, zone.lowmemReserve.length));
    zone.updatePlenty();
  }

  /**
   * Sets the counter of a zone's free pages, at which every test looks, apart from what its lists
   * hold; after all free blocks were added.
   */
  public void freeCounter(Zone zone, long pages) {
    zone.counterDrift += pages - zone.freePages;
    zone.freePages = pages;
  }

  /** Sets a zone's size as the recorded kernel counts it. */
  public void managed(Zone zone, long pages) {
    zone.managed = pages;
  }

  /**
   * Sets {@code nr_free} of each order as the recorded kernel counts it, where fewer blocks are
   * linked than there were.
   *
   * @param blocks by order
   */
  public void blockCounts(Zone zone, long[] blocks) {
    for (int order = 0; order < Math.min(blocks.length, zone.areas.length); order++) {
      int counted = Math.clamp(blocks[order], 0, Integer.MAX_VALUE);
      zone.areas[order].changeCount(counted - zone.areas[order].nrFree());
    }
  }

  /**
   * Sets a zone's counters as the recorded kernel has them, whatever the blocks come to: in a
   * kernel's dump the two are read at different moments, and its tests go by the counters.
   */
  public void counters(Zone zone, ZoneCounters counters) {
    zone.freePages = counters.free();
    zone.freeCma = counters.freeCma();
    zone.freeHighatomic = counters.freeHighatomic();
    zone.reservedHighatomic = counters.reservedHighatomic();
    zone.updatePlenty();
  }
}
