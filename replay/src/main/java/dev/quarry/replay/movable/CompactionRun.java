package dev.quarry.replay.movable;

import dev.quarry.kernel.Machine;
import dev.quarry.physical.MigrateType;
import dev.quarry.physical.Zone;
import dev.quarry.reclaim.compact.Compaction;

/**
 * What compacting one zone as far as possible came to, as a 1 in {@code
 * /proc/sys/vm/compact_memory} does.
 *
 * @param zone such as {@code Node 0 zone Normal}
 * @param movable pages that could move
 * @param moved those that did
 * @param before the largest order with a free block outside the high-atomic reserve; {@link
 *     #NO_BLOCK} without any
 * @param after the same afterwards
 */
public record CompactionRun(String zone, long movable, long moved, int before, int after) {
  /** Nothing is free. */
  public static final int NO_BLOCK = -1;

  /**
   * Compacts a zone whose movable frames are marked.
   *
   * @param movable how many there are
   */
  public static CompactionRun of(Machine machine, Zone zone, long movable) {
    var pages = new StandInPages(machine.memory().map(), machine.allocator());
    var compaction = new Compaction(machine.memory(), machine.allocator(), pages, _ -> false);
    int before = largest(zone);
    long moved = compaction.compactZone(machine.cpu(0), zone).moved();
    machine.allocator().drainAllPages();
    return new CompactionRun(zone.toString(), movable, moved, before, largest(zone));
  }

  private static int largest(Zone zone) {
    for (int order = zone.nrOrders() - 1; order >= 0; order--) {
      for (int type = 0; type < MigrateType.COUNT; type++) {
        boolean kept = type == MigrateType.HIGHATOMIC || type == MigrateType.ISOLATE;
        if (!kept && !zone.isEmpty(order, type)) {
          return order;
        }
      }
    }
    return NO_BLOCK;
  }
}
