package dev.quarry.observe;

import dev.quarry.physical.PerCpuPages;
import dev.quarry.physical.Zone;

/**
 * Where a zone's allocations came from, summed over all CPUs: {@code enum numa_stat_item}
 * (include/linux/mmzone.h, 6.18).
 *
 * @param hit allocated here as wished
 * @param miss allocated here though another node was wished for
 * @param foreign wished for here, allocated elsewhere
 * @param interleave by an interleave policy
 * @param local by a CPU of this node
 * @param other by a CPU of another node
 */
record NumaEvents(long hit, long miss, long foreign, long interleave, long local, long other) {
  static NumaEvents of(Zone zone) {
    long hit = 0;
    long miss = 0;
    long foreign = 0;
    long local = 0;
    long other = 0;
    for (int cpu = 0; cpu < zone.pcpCount(); cpu++) {
      PerCpuPages pcp = zone.pcp(cpu);
      hit += pcp.numaHit();
      miss += pcp.numaMiss();
      foreign += pcp.numaForeign();
      local += pcp.numaLocal();
      other += pcp.numaOther();
    }
    return new NumaEvents(hit, miss, foreign, 0, local, other);
  }

  NumaEvents plus(NumaEvents more) {
    return new NumaEvents(
        hit + more.hit,
        miss + more.miss,
        foreign + more.foreign,
        interleave + more.interleave,
        local + more.local,
        other + more.other);
  }
}
