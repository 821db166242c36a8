package dev.quarry.physical;

import java.util.ArrayList;
import java.util.BitSet;
import java.util.Collections;
import java.util.List;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** The model: who holds which frames. Knows nothing of how the machine keeps them. */
final class HeldBlocks {
  /** A block that somebody holds; {@code exact} when it is a run of single frames. */
  static final class Block {
    final int pfn;
    final int order;
    final int pages;
    final boolean exact;
    int references = 1;
    boolean lru;

    Block(int pfn, int order, int pages, boolean exact) {
      this.pfn = pfn;
      this.order = order;
      this.pages = pages;
      this.exact = exact;
    }
  }

  private final BitSet frames = new BitSet();
  private final TreeMap<Integer, Block> byPfn = new TreeMap<>();

  /** Adds a block; says what is wrong with it, or null. */
  @Nullable String add(Block block) {
    int taken = frames.nextSetBit(block.pfn);
    if (taken >= 0 && taken < block.pfn + block.pages) {
      return "frame " + taken + " was given away twice";
    }
    if (block.pfn % (1 << block.order) != 0) {
      return "frame " + block.pfn + " is not aligned to order " + block.order;
    }
    frames.set(block.pfn, block.pfn + block.pages);
    byPfn.put(block.pfn, block);
    return null;
  }

  void remove(Block block) {
    frames.clear(block.pfn, block.pfn + block.pages);
    byPfn.remove(block.pfn);
  }

  @Nullable Block at(int pfn) {
    return byPfn.get(pfn);
  }

  /** The victim-th block, or null if none is held. */
  @Nullable Block victim(int victim) {
    if (byPfn.isEmpty()) {
      return null;
    }
    int skip = victim % byPfn.size();
    for (Block block : byPfn.values()) {
      if (skip-- == 0) {
        return block;
      }
    }
    throw new IllegalStateException("a map of " + byPfn.size() + " has no entry " + victim);
  }

  List<Block> all() {
    return Collections.unmodifiableList(new ArrayList<>(byPfn.values()));
  }

  boolean holds(int pfn) {
    return frames.get(pfn);
  }

  /** Frames held in all. */
  long pages() {
    return frames.cardinality();
  }
}
