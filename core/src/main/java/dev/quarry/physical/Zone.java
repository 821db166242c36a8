package dev.quarry.physical;

import dev.quarry.machine.SpinLock;
import dev.quarry.machine.ZoneType;

/**
 * A zone of one node: {@code struct zone}. Its fields; what is done with them is in {@link Buddy},
 * {@link Fallback}, {@link PerCpuPages}, {@link Watermark}.
 *
 * <p>Equations, at rest:
 *
 * <pre>
 *   freePages   == sum over orders of nrFree(order) &lt;&lt; order + counterDrift  (without isolated)
 *   managed     == freePages + per-CPU pages + isolated + allocated
 *   present     == managed + reserved
 *   spanned     == present + holes
 * </pre>
 *
 * <p>{@link #lock} guards the free areas, the counters of free pages and the pageblocks' types.
 * Readers without it see a recent value, as the kernel's do.
 */
public final class Zone {
  /** Indexes of {@link #watermark}. */
  public static final int MIN = 0;

  public static final int LOW = 1;
  public static final int HIGH = 2;
  public static final int PROMO = 3;

  private final int number;
  private final int index;
  private final Node node;
  private final ZoneType type;
  private final FrameRanges presentRanges;
  private final int startPfn;
  private final int endPfn;
  private final long present;

  long managed;

  final SpinLock lock = new SpinLock("zone");
  final FreeArea[] areas;

  /** Per migrate type, a bit for each order whose list is not empty. */
  final int[] nonEmptyOrders = new int[MigrateType.COUNT];

  /** A bit for each order of which any request may have a block. */
  int blockOrders;

  final UntouchedBlocks untouched;
  long freePages;

  /**
   * Pages by which {@link #freePages} differs from what the lists hold: the kernel adds up what its
   * CPUs changed only now and then. 0, but on a machine that was booted from a real one's files.
   */
  long counterDrift;

  long freeCma;
  long freeHighatomic;
  long reservedHighatomic;

  /** Free pages in blocks of at least a pageblock: NR_FREE_PAGES_BLOCKS. */
  long freePagesInBlocks;

  /**
   * A request of one page passes every test while more pages than this are free: the high mark,
   * what is kept back, and what is out of reach. See {@link #updatePlenty}.
   */
  long plentyAbove = Long.MAX_VALUE;

  final long[] watermark = new long[4];
  long watermarkBoost;
  final long[] lowmemReserve;

  /** ZONE_BELOW_HIGH: seen below the high mark; per-CPU lists shrink. */
  volatile boolean belowHigh;

  /** ZONE_BOOSTED_WATERMARK: the background reclaimer is to be woken. */
  boolean boostedWatermark;

  /** ZONE_RECLAIM_ACTIVE: reclaim works on the zone; per-CPU lists are kept short. */
  volatile boolean reclaimActive;

  private final long[] stats = new long[ZoneStat.values().length];
  final ZoneEvents events = new ZoneEvents();
  final Buddy buddy;
  private final ZoneCompaction compaction;
  private PerCpuPages[] pcps = {};

  Zone(PhysicalMemory memory, Node node, int number, int index, ZoneType type, ZoneExtent extent) {
    this.number = number;
    this.index = index;
    this.node = node;
    this.type = type;
    this.startPfn = extent.startPfn();
    this.endPfn = extent.endPfn();
    this.presentRanges = extent.present();
    this.present = presentRanges.frames();
    this.lowmemReserve = new long[memory.spec().zones().size()];
    int orders = memory.spec().maxOrder() + 1;
    this.areas = new FreeArea[orders];
    for (int order = 0; order < orders; order++) {
      areas[order] = new FreeArea(memory.map());
    }
    this.untouched = new UntouchedBlocks(1 << memory.spec().maxOrder());
    this.buddy = new Buddy(memory, this);
    this.compaction = new ZoneCompaction(this, memory.pageblocks().pages());
  }

  /** The zone's number in the machine, from 0, nodes first. */
  public int number() {
    return number;
  }

  /** The zone's place among the zone types that the kernel was built with: {@code zone_idx()}. */
  public int index() {
    return index;
  }

  /** The node that the zone is part of. */
  public Node node() {
    return node;
  }

  /** The kind of zone. */
  public ZoneType type() {
    return type;
  }

  /** The kernel's name of the zone, such as {@code Normal}. */
  public String label() {
    return type.label();
  }

  /** Whether the direct map does not reach the zone: {@code is_highmem()}. */
  public boolean isHighMem() {
    return type == ZoneType.HIGHMEM || (type == ZoneType.MOVABLE && node.movableIsHighMem());
  }

  /** The first frame. */
  public int startPfn() {
    return startPfn;
  }

  /** One past the last frame. */
  public int endPfn() {
    return endPfn;
  }

  /** Frames from the first to the last, holes included. */
  public long spanned() {
    return (long) endPfn - startPfn;
  }

  /** Frames with RAM behind them. */
  public long present() {
    return present;
  }

  /** Frames that the allocator was given. */
  public long managed() {
    return managed;
  }

  /** Where the RAM is. */
  public FrameRanges presentRanges() {
    return presentRanges;
  }

  /** Whether a frame lies between the zone's first and last one. */
  public boolean spans(int pfn) {
    return pfn >= startPfn && pfn < endPfn;
  }

  /** Whether the zone has RAM: {@code populated_zone()}. */
  public boolean isPopulated() {
    return present > 0;
  }

  /** Free pages: NR_FREE_PAGES. */
  public long freePages() {
    return freePages;
  }

  /** Pages that {@link #freePages} counts and the lists do not have; negative: the other way. */
  public long counterDrift() {
    return counterDrift;
  }

  /** Free pages in blocks of at least a pageblock: NR_FREE_PAGES_BLOCKS. */
  public long freePagesInBlocks() {
    return freePagesInBlocks;
  }

  /** Free pages on CMA lists. */
  public long freeCma() {
    return freeCma;
  }

  /** Free pages on high-atomic lists. */
  public long freeHighatomic() {
    return freeHighatomic;
  }

  /** Pages in pageblocks that are reserved for high-order atomic requests, free or not. */
  public long reservedHighatomic() {
    return reservedHighatomic;
  }

  /** How many orders there are: the largest and one. */
  public int nrOrders() {
    return areas.length;
  }

  /** The free blocks of an order. */
  public FreeArea area(int order) {
    return areas[order];
  }

  /** Free blocks of all types by order: a line of {@code /proc/buddyinfo}. */
  public long[] freeBlocksByOrder() {
    long[] blocks = new long[areas.length];
    for (int order = 0; order < blocks.length; order++) {
      blocks[order] = areas[order].nrFree();
    }
    return blocks;
  }

  /** Free blocks of one order and type, untouched ones included. */
  public int freeBlocks(int order, int migrateType) {
    int linked = areas[order].list(migrateType).count();
    boolean last = order == areas.length - 1 && migrateType == MigrateType.MOVABLE;
    return last ? linked + untouched.count() : linked;
  }

  /** Whether a list has no block. */
  public boolean isEmpty(int order, int migrateType) {
    return (nonEmptyOrders[migrateType] >>> order & 1) == 0;
  }

  /** A mark with the boost: {@code wmark_pages()}; {@code which} is MIN, LOW, HIGH or PROMO. */
  public long mark(int which) {
    return watermark[which] + watermarkBoost;
  }

  /** A mark without the boost. */
  public long unboostedMark(int which) {
    return watermark[which];
  }

  /** Pages by which all marks are raised for now. */
  public long watermarkBoost() {
    return watermarkBoost;
  }

  /** Pages kept back from requests that could also be served by zone {@code index}. */
  public long lowmemReserve(int zoneIndex) {
    return lowmemReserve[zoneIndex];
  }

  void belowHigh(boolean below) {
    belowHigh = below;
    for (PerCpuPages pcp : pcps) {
      pcp.updateTrimFrom();
    }
  }

  /** Whether a request without rights, for which this zone comes first, passes every test. */
  boolean isPlenty(int order) {
    return freePages - (1L << order) > plentyAbove && blockOrders >>> order != 0;
  }

  /** To be called when a list became empty, or was. */
  void updateBlockOrders() {
    blockOrders =
        nonEmptyOrders[MigrateType.UNMOVABLE]
            | nonEmptyOrders[MigrateType.MOVABLE]
            | nonEmptyOrders[MigrateType.RECLAIMABLE];
  }

  /** To be called when a mark, a reserve or the boost changed. */
  void updatePlenty() {
    if (boostedWatermark) {
      plentyAbove = Long.MAX_VALUE;
      return;
    }
    long reserve = lowmemReserve[index];
    for (int i = index + 1; i < lowmemReserve.length && !node.zone(i).isPopulated(); i++) {
      reserve = Math.max(reserve, lowmemReserve[i]);
    }
    plentyAbove = mark(HIGH) + reserve + reservedHighatomic + freeCma;
  }

  /** What the zone remembers of compaction. */
  public ZoneCompaction compaction() {
    return compaction;
  }

  /** The per-CPU lists of one CPU. */
  public PerCpuPages pcp(int cpu) {
    return pcps[cpu];
  }

  /** How many CPUs have lists. */
  public int pcpCount() {
    return pcps.length;
  }

  void pcps(PerCpuPages[] lists) {
    pcps = lists;
  }

  /** Pages on all per-CPU lists. */
  public long pcpPages() {
    long pages = 0;
    for (PerCpuPages pcp : pcps) {
      pages += pcp.count();
    }
    return pages;
  }

  /** A statistic, in pages. */
  public long stat(ZoneStat stat) {
    return switch (stat) {
      case NR_FREE_PAGES -> freePages;
      case NR_FREE_PAGES_BLOCKS -> freePagesInBlocks;
      case NR_FREE_CMA -> freeCma;
      default -> stats[stat.ordinal()];
    };
  }

  /** Sets a statistic that this floor does not compute. */
  public void stat(ZoneStat stat, long pages) {
    stats[stat.ordinal()] = pages;
  }

  /** What happened in the zone since boot. */
  public ZoneEvents events() {
    return events;
  }

  @Override
  public String toString() {
    return "Node " + node.id() + " zone " + label();
  }
}
