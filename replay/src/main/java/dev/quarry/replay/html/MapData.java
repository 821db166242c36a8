package dev.quarry.replay.html;

import dev.quarry.physical.FrameRanges;
import dev.quarry.physical.PhysicalMemory;
import dev.quarry.physical.Zone;
import dev.quarry.replay.play.PageblockMap;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/**
 * The machine's pageblocks before and after, in cells. A cell is one pageblock on machines of up to
 * 32 GiB; on larger ones a power of two of them, so that the page stays small.
 */
final class MapData {
  /** The most cells that all zones have together: those of 32 GiB, and some for odd ends. */
  static final int MOST_CELLS = 17_000;

  private MapData() {}

  static void put(ObjectNode node, PhysicalMemory memory, PageblockMap before, ZoneNames names) {
    PageblockMap after = PageblockMap.of(memory);
    int[] usable = usable(memory);
    int shift = shift(memory);
    node.put("blockPages", memory.pageblocks().pages());
    node.put("blocksPerCell", 1 << shift);
    ArrayNode zones = node.putArray("zones");
    for (Zone zone : memory.zones()) {
      if (zone.isPopulated()) {
        ObjectNode one = zones.addObject().put("name", names.of(zone));
        new MapCells(zone, memory.pageblocks(), shift).put(one, usable, before, after);
      }
    }
    new MapTotals(usable, before, after).put(node);
  }

  /** Pages of each pageblock that are RAM and not reserved. */
  private static int[] usable(PhysicalMemory memory) {
    int order = memory.pageblocks().order();
    int[] usable = new int[memory.pageblocks().count()];
    for (Zone zone : memory.zones()) {
      FrameRanges ranges = zone.presentRanges().minus(memory.reserved());
      for (int i = 0; i < ranges.count(); i++) {
        int pfn = ranges.start(i);
        while (pfn < ranges.end(i)) {
          int end = (int) Math.min(ranges.end(i), ((pfn >> order) + 1L) << order);
          usable[pfn >> order] += end - pfn;
          pfn = end;
        }
      }
    }
    return usable;
  }

  private static int shift(PhysicalMemory memory) {
    int shift = 0;
    while (cells(memory, shift) > MOST_CELLS && memory.pageblocks().count() >> shift > 0) {
      shift++;
    }
    return shift;
  }

  private static long cells(PhysicalMemory memory, int shift) {
    long cells = 0;
    for (Zone zone : memory.zones()) {
      if (zone.isPopulated()) {
        cells += new MapCells(zone, memory.pageblocks(), shift).count();
      }
    }
    return cells;
  }
}
