package dev.quarry.replay.play;

import dev.quarry.physical.MigrateType;
import dev.quarry.physical.Zone;
import dev.quarry.replay.snapshot.BuddyInfo;
import dev.quarry.replay.snapshot.PageTypeInfo;
import dev.quarry.replay.snapshot.Snapshot;
import dev.quarry.replay.snapshot.ZoneId;
import java.util.Arrays;
import java.util.Optional;

/**
 * How many free blocks of each migrate type and order a zone has. {@code pagetypeinfo} has the
 * types, but stops counting at 100,000 blocks and is read a moment later than {@code buddyinfo},
 * whose sums count: what is missing goes to the type whose count was cut short, or has the most.
 *
 * <p>Equation: the blocks of an order, over all types, are those of buddyinfo.
 */
final class FreeCounts {
  private final long[][] blocks;

  private FreeCounts(int nrOrders) {
    this.blocks = new long[MigrateType.COUNT][nrOrders];
  }

  /** The counts of one zone; all are movable where the snapshot has no pagetypeinfo. */
  static FreeCounts of(Snapshot snapshot, Zone zone) {
    FreeCounts counts = new FreeCounts(zone.nrOrders());
    ZoneId id = new ZoneId(zone.node().id(), zone.type());
    int[] capped = new int[MigrateType.COUNT];
    snapshot.pageTypeInfo().ifPresent(types -> counts.addTypes(snapshot, types, id, capped));
    Optional<BuddyInfo.Zone> sums = snapshot.buddyInfo().flatMap(buddy -> buddy.zone(id));
    for (int order = 0; sums.isPresent() && order < zone.nrOrders(); order++) {
      counts.fit(order, sums.get().blocks().get(order), capped);
    }
    return counts;
  }

  /** Blocks of one type and order. */
  long get(int migrateType, int order) {
    return blocks[migrateType][order];
  }

  /** Blocks of all types and orders. */
  long blocks() {
    return Arrays.stream(blocks).flatMapToLong(Arrays::stream).sum();
  }

  private void addTypes(Snapshot snapshot, PageTypeInfo types, ZoneId id, int[] capped) {
    for (PageTypeInfo.FreeCounts line : types.free()) {
      if (line.id().equals(id)) {
        int type = RecordedTypes.of(snapshot, line.migrateType());
        capped[type] |= line.cappedOrders();
        for (int order = 0; order < blocks[type].length && order < line.blocks().size(); order++) {
          blocks[type][order] += line.blocks().get(order);
        }
      }
    }
  }

  private void fit(int order, long wanted, int[] capped) {
    long have = 0;
    for (long[] ofType : blocks) {
      have += ofType[order];
    }
    if (have < wanted) {
      blocks[receiver(order, capped)][order] += wanted - have;
    }
    while (have > wanted) {
      int most = most(order);
      long surplus = Math.min(have - wanted, blocks[most][order]);
      blocks[most][order] -= surplus;
      have -= surplus;
    }
  }

  private int receiver(int order, int[] capped) {
    for (int type : new int[] {MigrateType.MOVABLE, MigrateType.UNMOVABLE}) {
      if ((capped[type] >>> order & 1) != 0) {
        return type;
      }
    }
    return most(order);
  }

  private int most(int order) {
    int most = MigrateType.MOVABLE;
    for (int type = 0; type < MigrateType.COUNT; type++) {
      if (blocks[type][order] > blocks[most][order]) {
        most = type;
      }
    }
    return most;
  }
}
