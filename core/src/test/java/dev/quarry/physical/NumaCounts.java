package dev.quarry.physical;

import dev.quarry.kernel.Machine;

/** Reads what a machine counted for a node. */
final class NumaCounts {
  private NumaCounts() {}

  static PolicyModel.Counts of(Machine machine, int node) {
    PolicyModel.Counts counts = new PolicyModel.Counts();
    for (Zone zone : machine.memory().node(node).zones()) {
      for (int cpu = 0; cpu < zone.pcpCount(); cpu++) {
        PerCpuPages pcp = zone.pcp(cpu);
        counts.hit += pcp.numaHit();
        counts.miss += pcp.numaMiss();
        counts.foreign += pcp.numaForeign();
        counts.interleaveHit += pcp.numaInterleave();
        counts.local += pcp.numaLocal();
        counts.other += pcp.numaOther();
      }
    }
    return counts;
  }
}
