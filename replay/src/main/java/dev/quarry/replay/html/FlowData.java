package dev.quarry.replay.html;

import dev.quarry.physical.PerCpuPages;
import dev.quarry.physical.Zone;
import dev.quarry.replay.report.ReplayResult;
import dev.quarry.replay.score.Flow;
import dev.quarry.replay.score.Scores;
import tools.jackson.databind.node.ObjectNode;

/** What moved between zones, per-CPU lists and users: replayed, by the kernel, and by zone. */
final class FlowData {
  private FlowData() {}

  static void put(ObjectNode node, ReplayResult result, ZoneNames names) {
    flow(node.putObject("replayed"), Flow.of(result.machine()));
    result.scores().map(Scores::actual).ifPresent(flow -> flow(node.putObject("kernel"), flow));
    var zones = node.putArray("zones");
    for (ReplayResult.ZoneBlocks blocks : result.zones()) {
      zone(zones.addObject().put("name", names.of(blocks.zone())), blocks.zone());
    }
  }

  private static void flow(ObjectNode node, Flow flow) {
    node.put("refillPages", flow.refillPages())
        .put("drainPages", flow.drainPages())
        .put("fallbacks", flow.fallbacks());
  }

  private static void zone(ObjectNode node, Zone zone) {
    long pages = 0;
    long hits = 0;
    for (int cpu = 0; cpu < zone.pcpCount(); cpu++) {
      PerCpuPages pcp = zone.pcp(cpu);
      pages += pcp.allocatedPages();
      hits += pcp.hits();
    }
    node.put("allocatedPages", pages);
    node.put("fromCpuLists", hits);
    node.put("splits", zone.events().splits());
    node.put("merges", zone.events().merges());
    node.put("refillPages", zone.events().refillPages());
    node.put("drainPages", zone.events().drainPages());
    node.put("fallbacks", zone.events().claims() + zone.events().steals());
  }
}
