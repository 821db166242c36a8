package dev.quarry.observe;

import dev.quarry.physical.MigrateType;
import dev.quarry.physical.Node;
import dev.quarry.physical.Pageblocks;
import dev.quarry.physical.PhysicalMemory;
import dev.quarry.physical.Zone;
import java.util.List;
import java.util.Locale;

/**
 * {@code /proc/pagetypeinfo}: free blocks and pageblocks by migrate type. Format of {@code
 * pagetypeinfo_show} (mm/vmstat.c, 6.18) of a kernel built without CMA and booted without
 * page_owner.
 */
public final class PageTypeInfo {
  private static final int SHOWN_AT_MOST = 100_000;
  private static final List<Integer> TYPES =
      List.of(
          MigrateType.UNMOVABLE,
          MigrateType.MOVABLE,
          MigrateType.RECLAIMABLE,
          MigrateType.HIGHATOMIC,
          MigrateType.ISOLATE);

  private PageTypeInfo() {}

  /** The file's text. */
  public static String text(PhysicalMemory memory) {
    StringBuilder out = new StringBuilder();
    for (Node node : memory.nodes()) {
      if (node.hasMemory()) {
        node(out, memory, node);
      }
    }
    return out.toString();
  }

  private static void node(StringBuilder out, PhysicalMemory memory, Node node) {
    Pageblocks blocks = memory.pageblocks();
    out.append(format("Page block order: %d\n", blocks.order()));
    out.append(format("Pages per block:  %d\n\n", blocks.pages()));
    out.append(format("%-43s ", "Free pages count per migrate type at order"));
    for (int order = 0; order <= memory.spec().maxOrder(); order++) {
      out.append(format("%6d ", order));
    }
    out.append('\n');
    for (Zone zone : node.zones()) {
      for (int type : zone.isPopulated() ? TYPES : List.<Integer>of()) {
        freeBlocks(out, memory, zone, type);
      }
    }
    out.append(format("\n%-23s", "Number of blocks type "));
    for (int type : TYPES) {
      out.append(format("%12s ", MigrateType.label(type)));
    }
    out.append('\n');
    Sections sections = new Sections(memory);
    for (Zone zone : node.zones()) {
      if (zone.isPopulated()) {
        pageblocks(out, blocks, sections, zone);
      }
    }
  }

  private static void freeBlocks(StringBuilder out, PhysicalMemory memory, Zone zone, int type) {
    out.append(
        format(
            "Node %4d, zone %8s, type %12s ",
            zone.node().id(), zone.label(), MigrateType.label(type)));
    for (int order = 0; order <= memory.spec().maxOrder(); order++) {
      int free = zone.freeBlocks(order, type);
      // The kernel stops counting here, so as not to hold the zone's lock for long.
      String overflow = free >= SHOWN_AT_MOST ? ">" : "";
      out.append(format("%s%6d ", overflow, Math.min(free, SHOWN_AT_MOST)));
    }
    out.append('\n');
  }

  /**
   * {@code pagetypeinfo_showblockcount_print}: steps through the zone from its first frame, aligned
   * or not, and asks the frame that it meets for its zone.
   */
  private static void pageblocks(
      StringBuilder out, Pageblocks blocks, Sections sections, Zone zone) {
    int[] counts = new int[MigrateType.COUNT];
    for (long pfn = zone.startPfn(); pfn < zone.endPfn(); pfn += blocks.pages()) {
      if (sections.zoneOf((int) pfn) == zone) {
        counts[type(blocks, (int) pfn)]++;
      }
    }
    out.append(format("Node %d, zone %8s ", zone.node().id(), zone.label()));
    for (int type : TYPES) {
      out.append(format("%12d ", counts[type]));
    }
    out.append('\n');
  }

  /** Nobody gives a pageblock without RAM a type, so that it has the first one. */
  private static int type(Pageblocks blocks, int pfn) {
    return blocks.zone(pfn) == Pageblocks.NO_ZONE ? MigrateType.UNMOVABLE : blocks.type(pfn);
  }

  private static String format(String format, Object... values) {
    return String.format(Locale.ROOT, format, values);
  }
}
