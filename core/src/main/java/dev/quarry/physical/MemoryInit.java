package dev.quarry.physical;

import dev.quarry.machine.MachineSpec;
import dev.quarry.machine.MemoryRange;
import dev.quarry.machine.NodeSpec;
import dev.quarry.machine.ReservedRange;
import dev.quarry.machine.ZoneSpec;
import dev.quarry.machine.ZoneType;
import java.util.List;

/**
 * What happens to memory once, at boot: which frames make which zone, and their first freeing.
 * Follows {@code free_area_init}, {@code find_zone_movable_pfns_for_nodes} and {@code
 * memblock_free_all} (mm/mm_init.c, mm/memblock.c, 6.18).
 */
final class MemoryInit {
  private MemoryInit() {}

  static FrameRanges reservedFrames(MachineSpec spec) {
    int[] bounds = new int[2 * spec.reserved().size()];
    int n = 0;
    for (ReservedRange range : spec.reserved()) {
      bounds[n++] = (int) (range.start() >>> spec.pageShift());
      bounds[n++] = (int) (range.end() >>> spec.pageShift());
    }
    return FrameRanges.of(bounds);
  }

  static Node[] buildNodes(PhysicalMemory memory) {
    MachineSpec spec = memory.spec();
    FrameRanges[] ram = new FrameRanges[spec.nodes().size()];
    for (int id = 0; id < ram.length; id++) {
      ram[id] = nodeFrames(spec, id);
    }
    int[] movableStart = MovableZone.starts(spec, ram);
    boolean highMem = spec.zones().stream().anyMatch(z -> z.type() == ZoneType.HIGHMEM);
    Node[] nodes = new Node[ram.length];
    for (NodeSpec nodeSpec : spec.nodes()) {
      int id = nodeSpec.id();
      nodes[id] = new Node(id, nodeSpec.distances(), highMem, memory.cpus().size());
      nodes[id].zones(buildZones(memory, nodes[id], ram[id], movableStart[id]));
    }
    return nodes;
  }

  private static FrameRanges nodeFrames(MachineSpec spec, int id) {
    List<MemoryRange> own = spec.memory().stream().filter(r -> r.node() == id).toList();
    int[] bounds = new int[2 * own.size()];
    int n = 0;
    for (MemoryRange range : own) {
      bounds[n++] = (int) (range.start() >>> spec.pageShift());
      bounds[n++] = (int) (range.end() >>> spec.pageShift());
    }
    return FrameRanges.of(bounds);
  }

  private static Zone[] buildZones(
      PhysicalMemory memory, Node node, FrameRanges ram, int movableStart) {
    MachineSpec spec = memory.spec();
    int types = spec.zones().size();
    Zone[] zones = new Zone[types];
    long low = 0;
    for (int index = 0; index < types; index++) {
      ZoneSpec zoneSpec = spec.zones().get(index);
      ZoneExtent extent = ZoneExtent.EMPTY;
      if (zoneSpec.isAddressed()) {
        long high = endPfn(zoneSpec, spec.pageShift());
        extent = extent(ram, Math.min(low, movableStart), Math.min(high, movableStart));
        low = high;
      } else if (zoneSpec.type() == ZoneType.MOVABLE) {
        extent = extent(ram, movableStart, Integer.MAX_VALUE);
      }
      int number = node.id() * types + index;
      zones[index] = new Zone(memory, node, number, index, zoneSpec.type(), extent);
      claimPageblocks(memory, zones[index]);
      zones[index].managed = extent.present().minus(memory.reserved()).frames();
      zones[index].pcps(perCpuLists(memory, zones[index]));
    }
    return zones;
  }

  private static long endPfn(ZoneSpec zone, int pageShift) {
    return zone.below() == ZoneSpec.NO_LIMIT ? Integer.MAX_VALUE : zone.below() >>> pageShift;
  }

  /** A zone spans from its bound to its bound where the node does, holes included. */
  private static ZoneExtent extent(FrameRanges ram, long low, long high) {
    if (ram.count() == 0 || low >= high) {
      return ZoneExtent.EMPTY;
    }
    int start = (int) Math.max(low, ram.start(0));
    int end = (int) Math.min(high, ram.end(ram.count() - 1));
    if (start >= end || ram.within(start, end).frames() == 0) {
      return ZoneExtent.EMPTY;
    }
    return new ZoneExtent(start, end, ram.within(start, end));
  }

  /**
   * Gives pageblocks to a zone. One is made movable at its first frame, by {@code
   * memmap_init_range}; where that is no RAM it stays unmovable, as the block of frame 0 does on a
   * PC.
   */
  private static void claimPageblocks(PhysicalMemory memory, Zone zone) {
    FrameRanges present = zone.presentRanges();
    Pageblocks pageblocks = memory.pageblocks();
    int pages = pageblocks.pages();
    for (int i = 0; i < present.count(); i++) {
      for (int pfn = present.start(i) & -pages; pfn < present.end(i); pfn += pages) {
        pageblocks.zone(pfn, zone.number());
        if (!present.contains(pfn)) {
          pageblocks.type(pfn, MigrateType.UNMOVABLE);
        }
      }
    }
  }

  private static PerCpuPages[] perCpuLists(PhysicalMemory memory, Zone zone) {
    if (!zone.isPopulated()) {
      return new PerCpuPages[0];
    }
    Fallback fallback = new Fallback(memory);
    PerCpuPages[] lists = new PerCpuPages[memory.cpus().size()];
    for (int cpu = 0; cpu < lists.length; cpu++) {
      lists[cpu] = new PerCpuPages(memory, zone, fallback, memory.cpus().get(cpu).node());
    }
    return lists;
  }

  /** Gives all frames that are not reserved to the buddy system, in ascending order. */
  static void freeAll(PhysicalMemory memory) {
    for (Zone zone : memory.zones()) {
      FrameRanges free = zone.presentRanges().minus(memory.reserved());
      for (int i = 0; i < free.count(); i++) {
        freeRange(memory, zone, free.start(i), free.end(i));
      }
    }
  }

  /** Whole largest blocks stay an untouched range; what stands out on either side is linked. */
  private static void freeRange(PhysicalMemory memory, Zone zone, int start, int end) {
    int maxOrder = memory.spec().maxOrder();
    int blockPages = 1 << maxOrder;
    long firstBlock = ((long) start + blockPages - 1) & -(long) blockPages;
    int lastBlock = end & -blockPages;
    if (firstBlock >= lastBlock) {
      freeBlocks(memory, zone, start, end);
      return;
    }
    freeBlocks(memory, zone, start, (int) firstBlock);
    zone.buddy.addUntouched((int) firstBlock, lastBlock);
    freeBlocks(memory, zone, lastBlock, end);
  }

  private static void freeBlocks(PhysicalMemory memory, Zone zone, int start, int end) {
    int maxOrder = memory.spec().maxOrder();
    for (int pfn = start; pfn < end; ) {
      int order = pfn == 0 ? maxOrder : Math.min(maxOrder, Integer.numberOfTrailingZeros(pfn));
      while (pfn + (1L << order) > end) {
        order--;
      }
      zone.buddy.free(pfn, order, memory.pageblocks().type(pfn), true);
      pfn += 1 << order;
    }
  }

  /**
   * Whether there are enough pages for a pageblock of each type: {@code build_all_zonelists}
   * (mm/page_alloc.c, 6.18).
   */
  static boolean enoughForMobility(PhysicalMemory memory) {
    long pages = 0;
    for (Zone zone : memory.zones()) {
      pages += Math.max(0, zone.managed - zone.mark(Zone.HIGH));
    }
    return pages >= (long) memory.pageblocks().pages() * MigrateType.COUNT;
  }
}
