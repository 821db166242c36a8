package dev.quarry.physical;

/**
 * The page lists of one CPU in one zone: {@code struct per_cpu_pages}. Blocks of small orders are
 * handed out and taken back here without the zone's lock; lists are refilled from the zone, and
 * drained to it, many at a time.
 *
 * <pre>
 *   alloc ◄── head [ U0 M0 E0 | U1 M1 E1 | U2 M2 E2 | U3 M3 E3 | huge U, huge M ] tail ──► drain
 *   free  ──► head                      lists by order and type
 *                       refill ──► tail
 * </pre>
 *
 * <p>Equation: {@code count == sum over lists of blocks << order}.
 *
 * <p>Only the thread that holds the CPU may call the methods, except for the getters. How much is
 * moved at a time, and when, is {@link PcpTuning}'s.
 */
public final class PerCpuPages extends PcpTuning {
  final Zone zone;
  private final boolean local;
  private final MemMap map;
  private final Pageblocks pageblocks;
  private final int maxOrder;
  private final int hugeOrder;
  private final PcpList[] lists;
  private final Fallback fallback;
  private final Watermark watermark;

  int count;

  // Counters of this CPU in this zone, kept here because the line is in the cache anyway.
  long allocatedPages;
  long freedPages;
  long hits;

  /** Requests served by {@link #takeReady}: each a hit, as wished. */
  private long readyHits;

  long numaHit;
  long numaMiss;
  long numaForeign;
  long numaInterleave;
  long numaLocal;
  long numaOther;

  PerCpuPages(PhysicalMemory memory, Zone zone, Fallback fallback, int cpuNode) {
    super(memory.rules());
    this.zone = zone;
    this.local = cpuNode == zone.node().id();
    this.map = memory.map();
    this.pageblocks = memory.pageblocks();
    this.maxOrder = memory.pcpMaxOrder();
    this.hugeOrder = memory.pcpHugeOrder();
    this.fallback = fallback;
    this.watermark = memory.watermark();
    this.lists = new PcpList[listCount(maxOrder, hugeOrder)];
    for (int i = 0; i < lists.length; i++) {
      lists[i] = new PcpList();
    }
  }

  private static int listCount(int maxOrder, int hugeOrder) {
    int low = (maxOrder + 1) * MigrateType.PCPTYPES;
    return hugeOrder == PhysicalMemory.NO_HUGE_LIST ? low : low + 2;
  }

  /** Pages on all lists. */
  public int count() {
    return count;
  }

  /** Pages at which a free begins to drain, as it is now. */
  public int high() {
    return high;
  }

  /** Pages moved at a time. */
  public int batch() {
    return batch;
  }

  /** The least that {@link #high} may be. */
  public int highMin() {
    return highMin;
  }

  /** The most that {@link #high} may be. */
  public int highMax() {
    return highMax;
  }

  /** Pages allocated in this zone from this CPU since boot. */
  public long allocatedPages() {
    return allocatedPages;
  }

  /** Pages freed to this zone from this CPU since boot. */
  public long freedPages() {
    return freedPages;
  }

  /** Requests served from a list without a refill. */
  public long hits() {
    return hits + readyHits;
  }

  /** Requests of this CPU served here as wished. */
  public long numaHit() {
    return numaHit + readyHits;
  }

  /** Requests of this CPU served here though another node was wished for. */
  public long numaMiss() {
    return numaMiss;
  }

  /** Requests of this CPU that wished for this zone and were served on another node. */
  public long numaForeign() {
    return numaForeign;
  }

  /** Requests of interleaving policies served here when it was this node's turn. */
  public long numaInterleave() {
    return numaInterleave;
  }

  /** Requests served here while the CPU is on this node. */
  public long numaLocal() {
    return local ? numaLocal + readyHits : numaLocal;
  }

  /** Requests served here while the CPU is on another node. */
  public long numaOther() {
    return local ? numaOther : numaOther + readyHits;
  }

  /** How many lists there are. */
  public int lists() {
    return lists.length;
  }

  /** A list by its index, {@code order * 3 + type}, huge pages behind all others. */
  public PcpList list(int index) {
    return lists[index];
  }

  /** The list of an order, which must have lists, and a type. */
  public PcpList list(int order, int migrateType) {
    return lists[listIndex(order, migrateType)];
  }

  /** The order of the blocks on list {@code index}: {@code pindex_to_order}. */
  public int listOrder(int index) {
    int order = index / MigrateType.PCPTYPES;
    return order > maxOrder ? hugeOrder : order;
  }

  /** The list of an order and a type: {@code order_to_pindex}. */
  int listIndex(int order, int migrateType) {
    if (order > maxOrder) {
      int movable = migrateType == MigrateType.MOVABLE ? 1 : 0;
      return (maxOrder + 1) * MigrateType.PCPTYPES + movable;
    }
    return order * MigrateType.PCPTYPES + migrateType;
  }

  /** Takes a block, refilling an empty list from the zone: {@code rmqueue_pcplist}. */
  int take(int order, int migrateType, int allocFlags) {
    allocating();
    PcpList list = lists[listIndex(order, migrateType)];
    if (list.count() == 0) {
      refill(list, order, migrateType, allocFlags);
      if (list.count() == 0) {
        return Pfn.NONE;
      }
    } else {
      hits++;
    }
    count -= 1 << order;
    return list.removeFirst();
  }

  /** Takes the first block of a list, or {@link Pfn#NONE} if it is empty. */
  int takeReady(int order, int migrateType) {
    PcpList list = lists[listIndex(order, migrateType)];
    if (list.count() == 0) {
      return Pfn.NONE;
    }
    allocating();
    readyHits++;
    allocatedPages += 1L << order;
    count -= 1 << order;
    return list.removeFirst();
  }

  /** Moves a batch from the zone to the tail of a list: {@code rmqueue_bulk}. */
  private void refill(PcpList list, int order, int migrateType, int allocFlags) {
    int blocks = refillBlocks(order, count, zone.belowHigh);
    updateTrimFrom();
    Fallback.Search search = fallback.new Search(zone, allocFlags);
    int got = 0;
    zone.lock.lock();
    try {
      while (got < blocks) {
        int pfn = search.take(order, migrateType);
        if (pfn == Pfn.NONE) {
          break;
        }
        map.state(pfn, PageState.pcp(order));
        list.addTail(pfn);
        got++;
      }
      zone.events.refillPages += (long) got << order;
      zone.events.lockings++;
    } finally {
      zone.lock.unlock();
    }
    count += got << order;
  }

  /** Puts a freed block at the head of its list, and drains when that makes too many. */
  void put(int pfn, int order, int migrateType) {
    map.state(pfn, PageState.pcp(order));
    int index = listIndex(order, migrateType);
    lists[index].addHead(pfn);
    count += 1 << order;
    freedPages += 1L << order;
    boolean freeHigh = freeing(order, count);
    if (freeHigh || count >= trimFrom) {
      trim(index, freeHigh);
    }
  }

  /** Drains if there are too many. */
  private void trim(int index, boolean freeHigh) {
    int highNow = highNow(count, freeHigh, zone.reclaimActive, zone.belowHigh);
    if (count >= highNow) {
      drain(drainPages(count, highNow, freeHigh), index);
      noteAboveHigh();
    }
    updateTrimFrom();
  }

  void updateTrimFrom() {
    updateTrimFrom(zone.reclaimActive || zone.belowHigh);
  }

  private void noteAboveHigh() {
    if (zone.belowHigh && watermark.aboveHigh(zone)) {
      zone.belowHigh(false);
    }
  }

  /**
   * Moves pages to the zone, list by list in turn from {@code firstList} on, each from its tail
   * until it is empty: {@code free_pcppages_bulk}.
   */
  void drain(int pages, int firstList) {
    int left = Math.min(pages, count);
    if (left <= 0) {
      return;
    }
    zone.lock.lock();
    try {
      int drained = 0;
      for (int index = firstList; left > 0; index = (index + 1) % lists.length) {
        PcpList list = lists[index];
        int order = listOrder(index);
        while (left > 0 && list.count() > 0) {
          int pfn = list.removeLast();
          map.state(pfn, PageState.UNTOUCHED);
          zone.buddy.free(pfn, order, pageblocks.type(pfn), false);
          left -= 1 << order;
          drained += 1 << order;
        }
      }
      count -= drained;
      zone.events.drainPages += drained;
      zone.events.lockings++;
    } finally {
      zone.lock.unlock();
    }
  }

  /** Empties all lists, some at a time: {@code drain_pages_zone}. */
  void drainAll() {
    while (count > 0) {
      drain(drainChunk(), 0);
    }
  }

  /**
   * Lowers a high that has grown and drains what is above it; the kernel does so from its
   * statistics worker, about once a second ({@code decay_pcp_high}).
   */
  void decay() {
    int above = decay(count);
    updateTrimFrom();
    if (above > 0) {
      drain(above, 0);
    }
  }
}
