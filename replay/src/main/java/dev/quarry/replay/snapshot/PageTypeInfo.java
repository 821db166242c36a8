package dev.quarry.replay.snapshot;

import dev.quarry.replay.read.Place;
import java.util.List;
import java.util.Optional;

/**
 * {@code /proc/pagetypeinfo}: free blocks by order and migrate type, and pageblocks by migrate type
 * (pagetypeinfo_show in mm/vmstat.c, 6.18).
 *
 * @param pageblockOrder order of a pageblock
 * @param nrOrders how many orders the header counts
 * @param migrateTypes their names, by their number
 * @param free one for each zone and type, in the file's order
 * @param pageblocks one for each zone, in the file's order
 */
public record PageTypeInfo(
    int pageblockOrder,
    int nrOrders,
    List<String> migrateTypes,
    List<FreeCounts> free,
    List<BlockCounts> pageblocks) {
  public PageTypeInfo {
    migrateTypes = List.copyOf(migrateTypes);
    free = List.copyOf(free);
    pageblocks = List.copyOf(pageblocks);
  }

  /**
   * The free blocks of one type in one zone.
   *
   * @param id the zone
   * @param migrateType number of the type
   * @param blocks by order; where the kernel stopped counting, the count that it reached
   * @param cappedOrders bit n: at order n there are more blocks than that, marked {@code >}
   * @param place the line
   */
  public record FreeCounts(
      ZoneId id, int migrateType, Numbers blocks, int cappedOrders, Place place) {
    /** Whether the kernel stopped counting at this order. */
    public boolean isCapped(int order) {
      return (cappedOrders >>> order & 1) != 0;
    }
  }

  /**
   * The pageblocks of one zone.
   *
   * @param id the zone
   * @param blocks by migrate type
   * @param place the line
   */
  public record BlockCounts(ZoneId id, Numbers blocks, Place place) {}

  /** The free blocks of a type in a zone. */
  public Optional<FreeCounts> free(ZoneId id, int migrateType) {
    return free.stream()
        .filter(counts -> counts.id().equals(id) && counts.migrateType() == migrateType)
        .findFirst();
  }

  /** The pageblocks of a zone. */
  public Optional<BlockCounts> pageblocks(ZoneId id) {
    return pageblocks.stream().filter(counts -> counts.id().equals(id)).findFirst();
  }
}
