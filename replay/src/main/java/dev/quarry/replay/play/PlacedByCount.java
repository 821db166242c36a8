package dev.quarry.replay.play;

import dev.quarry.physical.MigrateType;
import dev.quarry.physical.PhysicalMemory;
import dev.quarry.physical.StateLoader;
import dev.quarry.physical.Zone;
import dev.quarry.replay.read.RecordingException;
import dev.quarry.replay.snapshot.PageTypeInfo;
import dev.quarry.replay.snapshot.Snapshot;
import dev.quarry.replay.snapshot.ZoneId;

/**
 * Loads free blocks of which only the numbers are known. Each zone gets as many blocks of each
 * order and type as the snapshot counts, at places of our choice: large ones first, no two that the
 * kernel would have joined, and no pageblock with two types. The pageblocks that are left get the
 * types that pagetypeinfo counts. Which used page lies between which free ones is made up; what the
 * lists hold is not.
 */
final class PlacedByCount {
  /** As many as lists of frames may hold; they cost time and memory. */
  private static final long MOST_BLOCKS = 1 << 26;

  private final PhysicalMemory memory;
  private final StateLoader loader;
  private final Snapshot snapshot;
  private long blocks;

  PlacedByCount(PhysicalMemory memory, StateLoader loader, Snapshot snapshot) {
    this.memory = memory;
    this.loader = loader;
    this.snapshot = snapshot;
  }

  /**
   * Loads all zones.
   *
   * @throws RecordingException if no counts are known, or a zone has no room for them
   */
  void load() {
    if (snapshot.buddyInfo().isEmpty() && snapshot.pageTypeInfo().isEmpty()) {
      throw new RecordingException(
          snapshot.name(),
          "holds none of exact, free_blocks, buddyinfo and pagetypeinfo:"
              + " what is free is not known");
    }
    for (Zone zone : memory.zones()) {
      if (zone.isPopulated()) {
        zone(zone, new FreeRoom(memory, zone));
      }
    }
  }

  private void zone(Zone zone, FreeRoom room) {
    FreeCounts counts = FreeCounts.of(snapshot, zone);
    blocks += counts.blocks();
    if (blocks > MOST_BLOCKS) {
      throw new RecordingException(
          snapshot.name(),
          "has " + blocks + " free blocks; at most " + MOST_BLOCKS + " are placed");
    }
    for (int order = zone.nrOrders() - 1; order >= 0; order--) {
      for (int type = 0; type < MigrateType.COUNT; type++) {
        for (long left = counts.get(type, order); left > 0; left--) {
          int pfn = room.take(order, type);
          if (pfn == FreeRoom.NONE) {
            throw noRoom(zone, order, left);
          }
          loader.freeBlock(zone, pfn, order, type);
        }
      }
    }
    ZoneId id = new ZoneId(zone.node().id(), zone.type());
    snapshot
        .pageTypeInfo()
        .flatMap(types -> types.pageblocks(id))
        .ifPresent(pageblocks -> typeTheRest(room, pageblocks));
  }

  private void typeTheRest(FreeRoom room, PageTypeInfo.BlockCounts counts) {
    long[] wanted = new long[MigrateType.COUNT];
    for (int recorded = 0; recorded < counts.blocks().size(); recorded++) {
      wanted[RecordedTypes.of(snapshot, recorded)] += counts.blocks().get(recorded);
    }
    room.typeTheRest(wanted, loader::pageblock);
  }

  private RecordingException noRoom(Zone zone, int order, long left) {
    ZoneId id = new ZoneId(zone.node().id(), zone.type());
    String text =
        id
            + " has no room for "
            + left
            + " of its free blocks of order "
            + order
            + ": it spans frames "
            + zone.startPfn()
            + " to "
            + (zone.endPfn() - 1);
    return snapshot
        .buddyInfo()
        .flatMap(buddy -> buddy.zone(id))
        .map(line -> new RecordingException(line.place(), text))
        .orElseGet(() -> new RecordingException(snapshot.name(), text));
  }
}
