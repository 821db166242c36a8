package dev.quarry.observe;

import dev.quarry.physical.PhysicalMemory;
import dev.quarry.physical.Zone;
import java.util.Locale;

/**
 * {@code /proc/buddyinfo}: free blocks by zone and order. Format of {@code frag_show_print}
 * (mm/vmstat.c, 6.18).
 */
public final class BuddyInfo {
  private BuddyInfo() {}

  /** The file's text. */
  public static String text(PhysicalMemory memory) {
    StringBuilder out = new StringBuilder();
    for (Zone zone : memory.zones()) {
      if (!zone.isPopulated()) {
        continue;
      }
      out.append(String.format(Locale.ROOT, "Node %d, zone %8s ", zone.node().id(), zone.label()));
      for (int order = 0; order <= memory.spec().maxOrder(); order++) {
        out.append(String.format(Locale.ROOT, "%6d ", zone.area(order).nrFree()));
      }
      out.append('\n');
    }
    return out.toString();
  }
}
