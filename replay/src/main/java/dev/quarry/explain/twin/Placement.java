package dev.quarry.explain.twin;

import java.util.List;

/** Where the free blocks of a zone lie, and of which types its pageblocks are. */
interface Placement {
  /** A free block, at a frame of its zone. */
  record Block(int offset, int order, int migrateType) {}

  /** The blocks, in the order of their lists. */
  List<Block> blocks();

  /** Frames up to the end of the last chunk of the largest order. */
  int frames();

  /** The migrate type of each chunk of the largest order; empty: that of the blocks in it. */
  List<Integer> chunkTypes();
}
