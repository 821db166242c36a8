package dev.quarry.observe;

import dev.quarry.physical.DirectMap;
import dev.quarry.physical.Node;
import dev.quarry.physical.NodeStat;
import dev.quarry.physical.PerCpuPages;
import dev.quarry.physical.PhysicalMemory;
import dev.quarry.physical.Zone;
import dev.quarry.physical.ZoneStat;
import java.util.Locale;

/**
 * {@code /proc/zoneinfo}: all that is known of each zone. Format of {@code zoneinfo_show_print}
 * (mm/vmstat.c, 6.18).
 */
public final class ZoneInfo {
  private static final int MEBIBYTES_128_SHIFT = 27;
  private static final int MOST_THRESHOLD = 125;

  private ZoneInfo() {}

  /** The file's text. */
  public static String text(PhysicalMemory memory) {
    StringBuilder out = new StringBuilder();
    for (Node node : memory.nodes()) {
      boolean first = true;
      for (Zone zone : node.zones()) {
        line(out, "Node %d, zone %8s", node.id(), zone.label());
        if (zone.isPopulated() && first) {
          nodeStats(out, memory, node);
          first = false;
        }
        marks(out, memory, zone);
        if (zone.isPopulated()) {
          zoneStats(out, zone);
          pagesets(out, memory, zone);
          line(out, "  node_unreclaimable:  0");
          line(out, "  start_pfn:           %d", zone.startPfn());
        }
      }
    }
    return out.toString();
  }

  private static void nodeStats(StringBuilder out, PhysicalMemory memory, Node node) {
    long hugePage = new DirectMap(memory).largeEntryPages();
    line(out, "  per-node stats");
    for (NodeStat stat : NodeStat.values()) {
      long value = node.stat(stat);
      line(
          out,
          "      %-12s %d",
          stat.label(),
          stat.isShownInHugePages() ? value / hugePage : value);
    }
  }

  private static void marks(StringBuilder out, PhysicalMemory memory, Zone zone) {
    line(out, "  pages free     %d", zone.freePages());
    line(out, "        boost    %d", zone.watermarkBoost());
    line(out, "        min      %d", zone.mark(Zone.MIN));
    line(out, "        low      %d", zone.mark(Zone.LOW));
    line(out, "        high     %d", zone.mark(Zone.HIGH));
    line(out, "        promo    %d", zone.mark(Zone.PROMO));
    line(out, "        spanned  %d", zone.spanned());
    line(out, "        present  %d", zone.present());
    line(out, "        managed  %d", zone.managed());
    line(out, "        cma      %d", 0);
    out.append("        protection: (");
    for (int index = 0; index < memory.spec().zones().size(); index++) {
      out.append(index == 0 ? "" : ", ").append(zone.lowmemReserve(index));
    }
    out.append(")\n");
  }

  private static void zoneStats(StringBuilder out, Zone zone) {
    for (ZoneStat stat : ZoneStat.values()) {
      line(out, "      %-12s %d", stat.label(), zone.stat(stat));
    }
    NumaEvents.of(zone).byName().forEach((name, count) -> line(out, "      %-12s %d", name, count));
  }

  private static void pagesets(StringBuilder out, PhysicalMemory memory, Zone zone) {
    line(out, "  pagesets");
    int threshold = statThreshold(memory, zone);
    for (int cpu = 0; cpu < zone.pcpCount(); cpu++) {
      PerCpuPages pcp = zone.pcp(cpu);
      line(out, "    cpu: %d", cpu);
      line(out, "              count:    %d", pcp.count());
      line(out, "              high:     %d", pcp.high());
      line(out, "              batch:    %d", pcp.batch());
      line(out, "              high_min: %d", pcp.highMin());
      line(out, "              high_max: %d", pcp.highMax());
      line(out, "  vm stats threshold: %d", threshold);
    }
  }

  /** How far a CPU's share of a statistic may drift: {@code calculate_normal_threshold}. */
  static int statThreshold(PhysicalMemory memory, Zone zone) {
    long units = zone.managed() >>> (MEBIBYTES_128_SHIFT - memory.spec().pageShift());
    int threshold = 2 * bits(memory.cpus().size()) * (1 + bits(units));
    return Math.min(MOST_THRESHOLD, threshold);
  }

  private static int bits(long value) {
    return Long.SIZE - Long.numberOfLeadingZeros(value);
  }

  private static void line(StringBuilder out, String format, Object... values) {
    out.append(String.format(Locale.ROOT, format, values)).append('\n');
  }
}
