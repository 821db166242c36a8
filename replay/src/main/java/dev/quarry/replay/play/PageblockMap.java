package dev.quarry.replay.play;

import dev.quarry.physical.FrameKind;
import dev.quarry.physical.FrameRanges;
import dev.quarry.physical.FreeList;
import dev.quarry.physical.MigrateType;
import dev.quarry.physical.PageState;
import dev.quarry.physical.Pageblocks;
import dev.quarry.physical.PcpList;
import dev.quarry.physical.PerCpuPages;
import dev.quarry.physical.PhysicalMemory;
import dev.quarry.physical.Zone;

/**
 * What each pageblock of a machine holds at one time: its migrate type, how many of its pages are
 * free, and how many lie on per-CPU lists. Made from the lists, so that it costs as much as there
 * are free blocks.
 *
 * <p>Equation: the free pages of all pageblocks are those of all zones.
 */
public final class PageblockMap {
  private final int order;
  private final byte[] types;
  private final int[] free;
  private final int[] listed;

  private PageblockMap(Pageblocks blocks) {
    this.order = blocks.order();
    this.types = new byte[blocks.count()];
    this.free = new int[types.length];
    this.listed = new int[types.length];
    for (int block = 0; block < types.length; block++) {
      types[block] = (byte) blocks.type(block << order);
    }
  }

  /** The machine as it is now. */
  public static PageblockMap of(PhysicalMemory memory) {
    PageblockMap map = new PageblockMap(memory.pageblocks());
    for (Zone zone : memory.zones()) {
      for (int blockOrder = 0; blockOrder < zone.nrOrders(); blockOrder++) {
        for (int type = 0; type < MigrateType.COUNT; type++) {
          add(map.free, zone.area(blockOrder).list(type), blockOrder, map.order);
        }
      }
      map.addUntouched(memory, zone);
      for (int cpu = 0; cpu < zone.pcpCount(); cpu++) {
        PerCpuPages pcp = zone.pcp(cpu);
        for (int index = 0; index < pcp.lists(); index++) {
          PcpList list = pcp.list(index);
          for (int place = 0; place < list.count(); place++) {
            add(map.listed, list.get(place), pcp.listOrder(index), map.order);
          }
        }
      }
    }
    return map;
  }

  private static void add(int[] pages, FreeList list, int blockOrder, int pageblockOrder) {
    for (int pfn = list.first(), left = list.count(); left > 0; left--) {
      add(pages, pfn, blockOrder, pageblockOrder);
      pfn = list.after(pfn);
    }
  }

  private static void add(int[] pages, int pfn, int blockOrder, int pageblockOrder) {
    int each = 1 << Math.min(blockOrder, pageblockOrder);
    for (int block = pfn >> pageblockOrder, left = 1 << blockOrder; left > 0; left -= each) {
      pages[block++] += each;
    }
  }

  /** Blocks that nobody has touched since boot are free and on no list. */
  private void addUntouched(PhysicalMemory memory, Zone zone) {
    int largest = zone.nrOrders() - 1;
    int linked = zone.area(largest).list(MigrateType.MOVABLE).count();
    if (zone.freeBlocks(largest, MigrateType.MOVABLE) == linked) {
      return;
    }
    int pages = 1 << largest;
    FrameRanges ranges = zone.presentRanges();
    for (int i = 0; i < ranges.count(); i++) {
      long first = ((long) ranges.start(i) + pages - 1) & -(long) pages;
      for (long pfn = first; pfn + pages <= ranges.end(i); pfn += pages) {
        boolean head = PageState.isHead(memory.map().state((int) pfn));
        if (!head && memory.kindOf((int) pfn) == FrameKind.FREE) {
          add(free, (int) pfn, largest, order);
        }
      }
    }
  }

  /** How many pageblocks the machine's address range has, holes included. */
  public int count() {
    return types.length;
  }

  /** The migrate type of a pageblock, by its number. */
  public int type(int block) {
    return types[block];
  }

  /** Pages of a pageblock on the zones' lists. */
  public int freePages(int block) {
    return free[block];
  }

  /** Pages of a pageblock on per-CPU lists. */
  public int listedPages(int block) {
    return listed[block];
  }
}
