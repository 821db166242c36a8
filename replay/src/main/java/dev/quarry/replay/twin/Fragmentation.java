package dev.quarry.replay.twin;

import dev.quarry.physical.FragmentationIndex;
import dev.quarry.replay.snapshot.BuddyInfo;
import dev.quarry.replay.snapshot.PageTypeInfo;
import dev.quarry.replay.snapshot.Snapshot;
import dev.quarry.replay.snapshot.ZoneId;
import dev.quarry.replay.snapshot.ZoneInfo;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * How a zone's free memory lies, as its files count it.
 *
 * @param zone such as {@code Node 0 zone Normal}
 * @param pages managed pages
 * @param free the counter of free pages
 * @param blocks free blocks by order
 * @param pageblocks by the name of their migrate type; empty without pagetypeinfo
 */
public record Fragmentation(
    String zone, long pages, long free, List<Long> blocks, Map<String, Long> pageblocks) {
  public Fragmentation {
    blocks = List.copyOf(blocks);
    pageblocks = new LinkedHashMap<>(pageblocks);
  }

  /** Every zone that has memory, as far as the files count its blocks. */
  public static List<Fragmentation> of(Snapshot snapshot) {
    List<Fragmentation> zones = new ArrayList<>();
    for (ZoneInfo.Zone zone : snapshot.zoneInfo().orElseThrow().populated()) {
      List<Long> blocks = blocks(snapshot, zone.id());
      if (!blocks.isEmpty()) {
        zones.add(
            new Fragmentation(
                "Node " + zone.id().node() + " zone " + zone.id().type().label(),
                zone.size().managed(),
                zone.free(),
                blocks,
                pageblocks(snapshot, zone.id())));
      }
    }
    return zones;
  }

  private static List<Long> blocks(Snapshot snapshot, ZoneId id) {
    Optional<BuddyInfo.Zone> line = snapshot.buddyInfo().flatMap(buddy -> buddy.zone(id));
    List<Long> blocks = new ArrayList<>();
    if (line.isPresent()) {
      for (long count : line.get().blocks().toArray()) {
        blocks.add(count);
      }
      return blocks;
    }
    for (PageTypeInfo.FreeCounts type :
        snapshot.pageTypeInfo().map(PageTypeInfo::free).orElse(List.of())) {
      for (int order = 0; type.id().equals(id) && order < type.blocks().size(); order++) {
        if (order == blocks.size()) {
          blocks.add(0L);
        }
        blocks.set(order, blocks.get(order) + type.blocks().get(order));
      }
    }
    return blocks;
  }

  private static Map<String, Long> pageblocks(Snapshot snapshot, ZoneId id) {
    Map<String, Long> byType = new LinkedHashMap<>();
    snapshot
        .pageTypeInfo()
        .ifPresent(info ->
            info.pageblocks(id)
                .ifPresent(counts -> {
                  for (int type = 0; type < counts.blocks().size(); type++) {
                    byType.put(info.migrateTypes().get(type), counts.blocks().get(type));
                  }
                }));
    return byType;
  }

  /** The share of free memory that a request of an order cannot use, in thousandths. */
  public int unusable(int order) {
    return FragmentationIndex.unusable(array(), order);
  }

  /**
   * Whether a request of an order fails for lack of memory (0) or for fragmentation (1000); {@link
   * FragmentationIndex#SUITABLE} where a block is free.
   */
  public int external(int order) {
    return FragmentationIndex.external(array(), order);
  }

  private long[] array() {
    return blocks.stream().mapToLong(Long::longValue).toArray();
  }
}
