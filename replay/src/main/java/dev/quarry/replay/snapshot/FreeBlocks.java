package dev.quarry.replay.snapshot;

import dev.quarry.machine.ZoneType;
import dev.quarry.replay.read.Place;
import java.util.List;

/**
 * {@code free_blocks}: the first frame of every free block, ascending; a zone's nodes are told
 * apart by the frames.
 *
 * @param zones in the file's order
 */
public record FreeBlocks(List<Zone> zones) {
  public FreeBlocks {
    zones = List.copyOf(zones);
  }

  /**
   * The free blocks of one kind of zone.
   *
   * @param type the kind
   * @param orders those that have blocks
   */
  public record Zone(ZoneType type, List<Order> orders) {
    public Zone {
      orders = List.copyOf(orders);
    }

    /** The blocks of an order; empty if there are none. */
    public FrameList blocks(int order) {
      return orders.stream()
          .filter(line -> line.order() == order)
          .findFirst()
          .map(Order::blocks)
          .orElse(FrameList.EMPTY);
    }
  }

  /** One line: an order and its blocks. */
  public record Order(int order, FrameList blocks, Place place) {}
}
