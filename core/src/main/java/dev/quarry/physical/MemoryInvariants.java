package dev.quarry.physical;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;

/**
 * Checks every equation of physical memory, from the descriptors up. The one checker: tests, the
 * shell and {@code quarry check} use it. The machine must be at rest.
 *
 * <pre>
 *   each list:   links agree both ways, length == count, each member says that it is free
 *   each block:  aligned, inside its zone, of its pageblock's type, its buddy not free too
 *   each zone:   free, CMA, high-atomic == sums of its blocks; reserve == its pageblocks;
 *                free + per-CPU + isolated + allocated == managed
 * </pre>
 */
public final class MemoryInvariants {
  /** A broken machine has one cause and many symptoms; the first few are enough. */
  private static final int MOST_FINDINGS = 50;

  private final PhysicalMemory memory;
  private final MemMap map;
  private final List<String> findings = new ArrayList<>();

  private MemoryInvariants(PhysicalMemory memory) {
    this.memory = memory;
    this.map = memory.map();
  }

  /** Checks a machine; an empty list is a sound one. */
  public static List<String> check(PhysicalMemory memory) {
    MemoryInvariants check = new MemoryInvariants(memory);
    for (Zone zone : memory.zones()) {
      if (zone.isPopulated()) {
        check.zone(zone);
      }
    }
    return check.findings;
  }

  private void expect(boolean holds, String finding, Object... values) {
    if (!holds && findings.size() < MOST_FINDINGS) {
      findings.add(String.format(Locale.ROOT, finding, values));
    }
  }

  private void zone(Zone zone) {
    long[] pages = new long[MigrateType.COUNT];
    long inBlocks = 0;
    for (int order = 0; order <= memory.spec().maxOrder(); order++) {
      int blocks = 0;
      for (int type = 0; type < MigrateType.COUNT; type++) {
        int linked = freeList(zone, order, type);
        int all = zone.freeBlocks(order, type);
        blocks += all;
        expect(
            linked <= all && (all > 0) != zone.isEmpty(order, type),
            "%s order %d %s: %d linked, %d counted, empty %s",
            zone,
            order,
            MigrateType.label(type),
            linked,
            all,
            zone.isEmpty(order, type));
        pages[type] += (long) all << order;
        boolean whole = order >= memory.pageblocks().order() && type != MigrateType.ISOLATE;
        inBlocks += whole ? (long) all << order : 0;
      }
      int counted = zone.area(order).nrFree();
      expect(counted == blocks, "%s order %d: nr_free %d, blocks %d", zone, order, counted, blocks);
    }
    long free = Arrays.stream(pages).sum() - pages[MigrateType.ISOLATE];
    adds(zone, "free", zone.freePages() - zone.counterDrift(), free);
    adds(zone, "free high-atomic", zone.freeHighatomic(), pages[MigrateType.HIGHATOMIC]);
    adds(zone, "free CMA", zone.freeCma(), pages[MigrateType.CMA]);
    adds(zone, "free in pageblocks", zone.freePagesInBlocks(), inBlocks);
    reserve(zone);
    perCpu(zone);
    derived(zone);
    if (findings.isEmpty()) {
      frames(zone);
    }
  }

  private void adds(Zone zone, String what, long counted, long held) {
    expect(counted == held, "%s: %s %d, blocks hold %d", zone, what, counted, held);
  }

  /** The high-atomic reserve is what the pageblocks of its type come to. */
  private void reserve(Zone zone) {
    Pageblocks pageblocks = memory.pageblocks();
    long reserved = 0;
    for (int pfn = zone.startPfn() & -pageblocks.pages(); pfn < zone.endPfn(); ) {
      boolean own = pageblocks.zone(pfn) == zone.number();
      reserved += own && pageblocks.type(pfn) == MigrateType.HIGHATOMIC ? pageblocks.pages() : 0;
      pfn += pageblocks.pages();
    }
    adds(zone, "reserved high-atomic", zone.reservedHighatomic(), reserved);
  }

  /** Walks one free list; returns its length. */
  private int freeList(Zone zone, int order, int type) {
    FreeList list = zone.area(order).list(type);
    int length = 0;
    int previous = Pfn.NONE;
    for (int pfn = list.first(); pfn != Pfn.NONE && length <= list.count(); pfn = map.next(pfn)) {
      freeBlock(zone, order, type, pfn);
      expect(map.prev(pfn) == previous, "frame %d: prev %d, not %d", pfn, map.prev(pfn), previous);
      previous = pfn;
      length++;
    }
    expect(
        length == list.count() && list.last() == previous,
        "%s order %d %s: %d blocks, counted %d",
        zone,
        order,
        MigrateType.label(type),
        length,
        list.count());
    return length;
  }

  private void freeBlock(Zone zone, int order, int type, int pfn) {
    expect(
        map.state(pfn) == PageState.buddy(order),
        "frame %d is on the list of order %d, its state is %x",
        pfn,
        order,
        map.state(pfn));
    expect((pfn & ((1 << order) - 1)) == 0, "frame %d is not aligned to order %d", pfn, order);
    expect(
        zone.spans(pfn) && zone.spans(pfn + (1 << order) - 1),
        "block of order %d at frame %d leaves %s",
        order,
        pfn,
        zone);
    Pageblocks pageblocks = memory.pageblocks();
    for (int at = pfn; at < pfn + (1 << order); at += pageblocks.pages()) {
      expect(
          pageblocks.type(at) == type && pageblocks.zone(at) == zone.number(),
          "frame %d is on a list of %s, its pageblock is %s",
          pfn,
          MigrateType.label(type),
          MigrateType.label(pageblocks.type(at)));
    }
    int buddy = pfn ^ (1 << order);
    boolean joinable =
        order < memory.spec().maxOrder()
            && map.state(buddy) == PageState.buddy(order)
            && pageblocks.zone(buddy) == zone.number()
            && pageblocks.type(buddy) == type;
    expect(!joinable, "frames %d and %d of order %d are free buddies", pfn, buddy, order);
  }

  private void perCpu(Zone zone) {
    for (int cpu = 0; cpu < zone.pcpCount(); cpu++) {
      PerCpuPages pcp = zone.pcp(cpu);
      long pages = 0;
      for (int index = 0; index < pcp.lists(); index++) {
        int order = pcp.listOrder(index);
        pages += (long) perCpuList(zone, cpu, pcp.list(index), order) << order;
      }
      expect(pages == pcp.count(), "%s CPU %d: count %d, lists %d", zone, cpu, pcp.count(), pages);
    }
  }

  /** Walks one per-CPU list; returns its length. */
  private int perCpuList(Zone zone, int cpu, PcpList list, int order) {
    for (int i = 0; i < list.count(); i++) {
      int pfn = list.get(i);
      expect(
          map.state(pfn) == PageState.pcp(order) && zone.spans(pfn),
          "frame %d is on a per-CPU list of order %d, CPU %d, %s, its state is %x",
          pfn,
          order,
          cpu,
          zone,
          map.state(pfn));
    }
    return list.count();
  }

  /** What is kept only to be asked quickly. */
  private void derived(Zone zone) {
    long plentyAbove = zone.plentyAbove;
    int blockOrders = zone.blockOrders;
    zone.updatePlenty();
    zone.updateBlockOrders();
    expect(
        plentyAbove == zone.plentyAbove,
        "%s: plenty above %d, its marks say %d",
        zone,
        plentyAbove,
        zone.plentyAbove);
    expect(
        blockOrders == zone.blockOrders,
        "%s: orders with blocks %x, its lists say %x",
        zone,
        blockOrders,
        zone.blockOrders);
  }

  /** Walks all frames of a zone and adds up what they are. */
  private void frames(Zone zone) {
    FrameRanges given = zone.presentRanges().minus(memory.reserved());
    long[] pages = new long[FrameKind.values().length];
    for (int i = 0; i < given.count(); i++) {
      for (int pfn = given.start(i); pfn < given.end(i); ) {
        pfn += countBlock(zone, pfn, given.end(i), pages);
      }
    }
    long free = pages[FrameKind.FREE.ordinal()];
    long perCpu = pages[FrameKind.PER_CPU.ordinal()];
    expect(
        free == zone.freePages() - zone.counterDrift(),
        "%s: %d frames are free, %d counted",
        zone,
        free,
        zone.freePages() - zone.counterDrift());
    expect(
        perCpu == zone.pcpPages(),
        "%s: %d frames are on per-CPU lists, %d counted",
        zone,
        perCpu,
        zone.pcpPages());
    long isolated = pages[FrameKind.ISOLATED.ordinal()];
    adds(zone, "isolated", zone.compaction().isolatedPages(), isolated);
    long all = 0;
    for (long kind : pages) {
      all += kind;
    }
    boolean known = !memory.heldSinceBoot(); // else the recorded kernel counts in its own way
    expect(!known || all == zone.managed(), "%s: %d frames, %d managed", zone, all, zone.managed());
    long lost = pages[FrameKind.LOST.ordinal()];
    expect(lost == 0, "%s: %d frames belong to nothing", zone, lost);
  }

  private int countBlock(Zone zone, int pfn, int end, long[] pages) {
    if (zone.untouched.contains(pfn)) {
      int step = zone.untouched.endOfRange(pfn) - pfn;
      pages[FrameKind.FREE.ordinal()] += step;
      return step;
    }
    long state = map.state(pfn);
    FrameKind kind = FrameKind.LOST;
    int step = 1;
    if (PageState.isHead(state)) {
      kind = FrameKind.ofHead(state);
      step = 1 << PageState.order(state);
    } else if (memory.heldSinceBoot()) {
      kind = FrameKind.HELD_SINCE_BOOT;
    }
    expect(
        pfn + step <= end,
        "block at frame %d reaches %d, its range ends at %d",
        pfn,
        pfn + step,
        end);
    pages[kind.ordinal()] += step;
    return step;
  }
}
