package dev.quarry.observe;

import dev.quarry.physical.PerCpuPages;
import dev.quarry.physical.Zone;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * Where allocations came from, summed over all CPUs: {@code enum numa_stat_item}
 * (include/linux/mmzone.h, 6.18). Requests, not pages.
 *
 * @param hit allocated here as wished
 * @param miss allocated here though another node was wished for
 * @param foreign wished for here, allocated elsewhere
 * @param interleave allocated here because it was this node's turn by an interleaving policy
 * @param local by a CPU of this node
 * @param other by a CPU of another node
 */
record NumaEvents(long hit, long miss, long foreign, long interleave, long local, long other) {
  static final NumaEvents NONE = new NumaEvents(0, 0, 0, 0, 0, 0);

  static NumaEvents of(Zone zone) {
    NumaEvents sum = NONE;
    for (int cpu = 0; cpu < zone.pcpCount(); cpu++) {
      PerCpuPages pcp = zone.pcp(cpu);
      sum =
          sum.plus(
              new NumaEvents(
                  pcp.numaHit(),
                  pcp.numaMiss(),
                  pcp.numaForeign(),
                  pcp.numaInterleave(),
                  pcp.numaLocal(),
                  pcp.numaOther()));
    }
    return sum;
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

  /** Under the names of {@code vmstat_text}, in its order. */
  Map<String, Long> byName() {
    Map<String, Long> named = new LinkedHashMap<>();
    named.put("numa_hit", hit);
    named.put("numa_miss", miss);
    named.put("numa_foreign", foreign);
    named.put("numa_interleave", interleave);
    named.put("numa_local", local);
    named.put("numa_other", other);
    return named;
  }
}
