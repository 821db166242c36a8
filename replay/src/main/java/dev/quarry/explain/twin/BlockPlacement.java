package dev.quarry.explain.twin;

import java.util.ArrayList;
import java.util.List;

/**
 * Where a zone's free blocks lie: one for each list that is not empty. A request takes one block,
 * and how many there are the counters say.
 *
 * <pre>
 *   one chunk of the largest order for each migrate type, so that a pageblock has one type:
 *   | M3 ......│ M3's buddy is held: M1 . M0 .│ ... |     a block's buddy is never free
 * </pre>
 */
final class BlockPlacement implements Placement {
  private final int chunk;
  private final List<Block> blocks = new ArrayList<>();
  private int end;

  private BlockPlacement(int maxOrder) {
    this.chunk = 1 << maxOrder;
  }

  /** Places the blocks of a zone. */
  static BlockPlacement of(ZonePlan zone, int maxOrder) {
    BlockPlacement placement = new BlockPlacement(maxOrder);
    int all = zone.freeTypes();
    for (int type = 0; all >>> type != 0; type++) {
      if ((all >>> type & 1) != 0) {
        placement.place(zone, type, maxOrder);
      }
    }
    return placement;
  }

  private void place(ZonePlan zone, int type, int maxOrder) {
    for (int order = maxOrder; order >= 0; order--) {
      if ((zone.types().get(order) >>> type & 1) == 0) {
        continue;
      }
      // The next place for a block of this order that leaves its buddy's place alone.
      int pair = Math.min(chunk, 2 << order);
      int offset = (end + pair - 1) & -pair;
      blocks.add(new Block(offset, order, type));
      end = offset + pair;
    }
    end = (end + chunk - 1) & -chunk;
  }

  @Override
  public List<Block> blocks() {
    return blocks;
  }

  @Override
  public int frames() {
    return end;
  }

  /** Pageblocks have the types of their free blocks. */
  @Override
  public List<Integer> chunkTypes() {
    return List.of();
  }
}
