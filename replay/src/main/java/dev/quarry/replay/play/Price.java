package dev.quarry.replay.play;

import dev.quarry.machine.CostModel;
import dev.quarry.machine.MachineSpec;

/**
 * What a run cost in virtual time, in nanoseconds, by the machine's {@link CostModel}. Every page
 * is touched once, line by line, by the CPU that asked for it.
 *
 * @param localTouch first touch of pages of the CPU's node
 * @param remoteTouch first touch of pages of other nodes
 * @param zeroing zeroing of pages that were asked for as zeros
 * @param pcpHits requests that per-CPU lists served
 * @param refill moving pages to per-CPU lists
 * @param drain moving pages back
 * @param locks taking zones' locks
 * @param distance the part of all this that is for other nodes being farther away
 */
public record Price(
    long localTouch,
    long remoteTouch,
    long zeroing,
    long pcpHits,
    long refill,
    long drain,
    long locks,
    long distance) {
  private static final int LOCAL_DISTANCE = 10;

  static Price of(MachineSpec spec, NodePages pages, ZoneWork work) {
    CostModel costs = spec.costs();
    long local = 0;
    long remote = 0;
    long zeroing = 0;
    long near = 0;
    for (int from = 0; from < pages.nodes(); from++) {
      for (int node = 0; node < pages.nodes(); node++) {
        int distance = spec.nodes().get(from).distances().get(node);
        long count = pages.pages(from, node);
        long zeroed = pages.zeroed(from, node);
        long touch = costs.firstTouchNanos(count, spec.pageShift(), distance);
        local += from == node ? touch : 0;
        remote += from == node ? 0 : touch;
        zeroing += costs.zeroingNanos(zeroed, distance);
        near += costs.firstTouchNanos(count, spec.pageShift(), LOCAL_DISTANCE);
        near += costs.zeroingNanos(zeroed, LOCAL_DISTANCE);
      }
    }
    return new Price(
        local,
        remote,
        zeroing,
        work.pcpHits() * costs.pcpHitNs(),
        work.refillPages() * costs.refillPageNs(),
        work.drainPages() * costs.drainPageNs(),
        work.lockings() * costs.zoneLockNs(),
        local + remote + zeroing - near);
  }

  /** All parts; {@link #distance} is in them already. */
  public long total() {
    return localTouch + remoteTouch + zeroing + pcpHits + refill + drain + locks;
  }
}
