package dev.quarry.replay.snapshot;

import dev.quarry.replay.read.Place;
import java.util.List;
import java.util.Optional;

/**
 * {@code /proc/buddyinfo}: how many free blocks of each order each zone has (frag_show_print in
 * mm/vmstat.c, 6.18).
 *
 * @param zones in the file's order
 * @param nrOrders how many orders every line has
 */
public record BuddyInfo(List<Zone> zones, int nrOrders) {
  public BuddyInfo {
    zones = List.copyOf(zones);
  }

  /**
   * One line.
   *
   * @param id the zone
   * @param blocks by order
   * @param place the line
   */
  public record Zone(ZoneId id, Numbers blocks, Place place) {
    /** How many pages these blocks have. */
    public long pages() {
      long pages = 0;
      for (int order = 0; order < blocks.size(); order++) {
        pages += blocks.get(order) << order;
      }
      return pages;
    }
  }

  /** The line of a zone. */
  public Optional<Zone> zone(ZoneId id) {
    return zones.stream().filter(zone -> zone.id().equals(id)).findFirst();
  }
}
