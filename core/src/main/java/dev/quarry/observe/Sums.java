package dev.quarry.observe;

import dev.quarry.physical.Node;
import dev.quarry.physical.NodeStat;
import dev.quarry.physical.PhysicalMemory;
import dev.quarry.physical.Zone;
import dev.quarry.physical.ZoneStat;
import java.util.List;
import java.util.function.Predicate;
import java.util.function.ToLongFunction;

/**
 * The statistics of one node or of all, added up: {@code global_node_page_state}, {@code
 * global_zone_page_state}, {@code sum_zone_node_page_state} (mm/vmstat.c, 6.18). Pages, unless the
 * statistic's name says otherwise.
 */
record Sums(List<Node> nodes) {
  static Sums of(PhysicalMemory memory) {
    return new Sums(memory.nodes());
  }

  static Sums of(Node node) {
    return new Sums(List.of(node));
  }

  long stat(NodeStat stat) {
    long sum = 0;
    for (Node node : nodes) {
      sum += node.stat(stat);
    }
    return sum;
  }

  long stat(ZoneStat stat) {
    return zones(zone -> true, zone -> zone.stat(stat));
  }

  /** Pages that the allocator was given: {@code totalram}. */
  long managed() {
    return zones(zone -> true, Zone::managed);
  }

  /** Free pages: {@code freeram}. */
  long free() {
    return zones(zone -> true, Zone::freePages);
  }

  /** Pages that the direct map does not show: {@code totalhigh}. */
  long highManaged() {
    return zones(Zone::isHighMem, Zone::managed);
  }

  /** Free pages that the direct map does not show: {@code freehigh}. */
  long highFree() {
    return zones(Zone::isHighMem, Zone::freePages);
  }

  /** Where allocations came from. */
  NumaEvents numa() {
    NumaEvents sum = NumaEvents.NONE;
    for (Node node : nodes) {
      for (Zone zone : node.zones()) {
        sum = sum.plus(NumaEvents.of(zone));
      }
    }
    return sum;
  }

  private long zones(Predicate<Zone> which, ToLongFunction<Zone> what) {
    long sum = 0;
    for (Node node : nodes) {
      for (Zone zone : node.zones()) {
        sum += which.test(zone) ? what.applyAsLong(zone) : 0;
      }
    }
    return sum;
  }
}
