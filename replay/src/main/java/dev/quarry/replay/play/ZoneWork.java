package dev.quarry.replay.play;

import dev.quarry.physical.PhysicalMemory;
import dev.quarry.physical.Zone;

/**
 * What all zones of a machine did so far.
 *
 * @param pcpHits requests that per-CPU lists served
 * @param refillPages pages moved to per-CPU lists
 * @param drainPages pages moved back
 * @param lockings times that a zone's lock was taken
 */
record ZoneWork(long pcpHits, long refillPages, long drainPages, long lockings) {
  static ZoneWork of(PhysicalMemory memory) {
    ZoneWork sum = new ZoneWork(0, 0, 0, 0);
    for (Zone zone : memory.zones()) {
      long hits = 0;
      for (int cpu = 0; cpu < zone.pcpCount(); cpu++) {
        hits += zone.pcp(cpu).hits();
      }
      var events = zone.events();
      sum =
          sum.plus(
              new ZoneWork(hits, events.refillPages(), events.drainPages(), events.lockings()), 1);
    }
    return sum;
  }

  ZoneWork since(ZoneWork earlier) {
    return plus(earlier, -1);
  }

  private ZoneWork plus(ZoneWork other, int times) {
    return new ZoneWork(
        pcpHits + times * other.pcpHits,
        refillPages + times * other.refillPages,
        drainPages + times * other.drainPages,
        lockings + times * other.lockings);
  }
}
