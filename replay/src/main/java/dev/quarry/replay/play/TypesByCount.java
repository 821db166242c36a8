package dev.quarry.replay.play;

import dev.quarry.physical.MigrateType;
import dev.quarry.physical.PhysicalMemory;
import dev.quarry.physical.StateLoader;
import dev.quarry.physical.Zone;
import dev.quarry.replay.read.RecordingException;
import dev.quarry.replay.snapshot.FreeBlocks;
import dev.quarry.replay.snapshot.PageTypeInfo;
import dev.quarry.replay.snapshot.Snapshot;
import java.util.HashMap;
import java.util.Map;

/**
 * Loads free blocks whose migrate types are known only by count: {@code free_blocks} says where
 * they are, {@code pagetypeinfo} how many of each order there are of each type. A pageblock has one
 * type, so its first block decides for all; larger blocks go first. An estimate, as good as the two
 * files allow.
 */
final class TypesByCount {
  private static final int UNDECIDED = -1;

  private final PhysicalMemory memory;
  private final StateLoader loader;
  private final Snapshot snapshot;
  private final Map<Integer, Integer> decided = new HashMap<>();

  TypesByCount(PhysicalMemory memory, StateLoader loader, Snapshot snapshot) {
    this.memory = memory;
    this.loader = loader;
    this.snapshot = snapshot;
  }

  void load() {
    FreeBlocks blocks = snapshot.freeBlocks().orElseThrow();
    for (FreeBlocks.Zone recorded : blocks.zones()) {
      for (Zone zone : memory.zones()) {
        if (zone.type() == recorded.type() && zone.isPopulated()) {
          zone(zone, recorded);
        }
      }
    }
  }

  private void zone(Zone zone, FreeBlocks.Zone recorded) {
    for (int order = memory.spec().maxOrder(); order >= 0; order--) {
      long[] wanted = wanted(zone, order);
      for (FreeBlocks.Order list : recorded.orders()) {
        if (list.order() == order) {
          load(zone, list, wanted);
        }
      }
    }
  }

  private void load(Zone zone, FreeBlocks.Order list, long[] wanted) {
    for (int pfn : list.blocks().toArray()) {
      if (memory.zoneOf(pfn) != zone && isOfOtherNode(zone, pfn)) {
        continue;
      }
      int block = pfn >>> memory.pageblocks().order();
      int type = decided.getOrDefault(block, UNDECIDED);
      if (type == UNDECIDED) {
        type = mostWanted(wanted);
        decided.put(block, type);
      }
      wanted[type]--;
      try {
        loader.freeBlock(zone, pfn, list.order(), type);
      } catch (IllegalArgumentException e) {
        throw new RecordingException(list.place(), String.valueOf(e.getMessage()));
      }
    }
  }

  /** Nodes have zones of the same kind; which of them has a block, its frame tells. */
  private boolean isOfOtherNode(Zone zone, int pfn) {
    return memory.zones().stream()
        .anyMatch(other -> other != zone && other.type() == zone.type() && other.spans(pfn));
  }

  private long[] wanted(Zone zone, int order) {
    long[] wanted = new long[MigrateType.COUNT];
    snapshot
        .pageTypeInfo()
        .ifPresent(info -> {
          for (PageTypeInfo.FreeCounts counts : info.free()) {
            if (counts.id().type() == zone.type() && counts.id().node() == zone.node().id()) {
              wanted[RecordedTypes.of(snapshot, counts.migrateType())] +=
                  counts.blocks().get(order);
            }
          }
        });
    return wanted;
  }

  private static int mostWanted(long[] wanted) {
    int best = MigrateType.MOVABLE;
    for (int type = 0; type < MigrateType.PCPTYPES; type++) {
      if (wanted[type] > wanted[best]) {
        best = type;
      }
    }
    for (int type = MigrateType.PCPTYPES; type < MigrateType.COUNT; type++) {
      if (wanted[type] > Math.max(0, wanted[best])) {
        best = type;
      }
    }
    return best;
  }
}
