package dev.quarry.cli.commands;

import dev.quarry.physical.MigrateType;
import dev.quarry.physical.PerCpuPages;
import dev.quarry.physical.Zone;
import java.util.List;
import java.util.Locale;

/** Per-CPU lists in text: what each CPU holds in each zone. */
final class PcpPicture {
  private PcpPicture() {}

  static String draw(List<Zone> zones) {
    StringBuilder out = new StringBuilder();
    for (Zone zone : zones) {
      for (int cpu = 0; cpu < zone.pcpCount(); cpu++) {
        PerCpuPages pcp = zone.pcp(cpu);
        out.append(
            String.format(
                Locale.ROOT,
                "%s CPU %d: %d pages, high %d (%d to %d), batch %d\n",
                zone,
                cpu,
                pcp.count(),
                pcp.high(),
                pcp.highMin(),
                pcp.highMax(),
                pcp.batch()));
        for (int index = 0; index < pcp.lists(); index++) {
          if (pcp.list(index).count() > 0) {
            out.append(
                String.format(
                    Locale.ROOT,
                    "  order %d %-12s %d blocks\n",
                    pcp.listOrder(index),
                    MigrateType.label(index % MigrateType.PCPTYPES),
                    pcp.list(index).count()));
          }
        }
      }
    }
    return out.toString().stripTrailing();
  }
}
