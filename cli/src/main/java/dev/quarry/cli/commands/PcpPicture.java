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
                "%s CPU %d: %s, high %d (%d to %d), batch %d\n",
                zone,
                cpu,
                Counted.of(pcp.count(), "page"),
                pcp.high(),
                pcp.highMin(),
                pcp.highMax(),
                pcp.batch()));
        for (int index = 0; index < pcp.lists(); index++) {
          if (pcp.list(index).count() > 0) {
            out.append(
                String.format(
                    Locale.ROOT,
                    "  order %d %-12s %s\n",
                    pcp.listOrder(index),
                    MigrateType.label(index % MigrateType.PCPTYPES),
                    Counted.of(pcp.list(index).count(), "block")));
          }
        }
      }
    }
    return out.toString().stripTrailing();
  }
}
