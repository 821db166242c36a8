package dev.quarry.replay.recording;

import java.util.BitSet;
import java.util.HashMap;
import java.util.Map;

/** A set of frame numbers, in chunks of a few KiB where there are any: at most 256 MiB. */
final class PfnSet {
  private static final int CHUNK_SHIFT = 15;
  private static final int MASK = (1 << CHUNK_SHIFT) - 1;

  private final Map<Integer, BitSet> chunks = new HashMap<>();

  /** Adds a frame; false if it was there. */
  boolean add(int pfn) {
    BitSet chunk = chunks.computeIfAbsent(pfn >>> CHUNK_SHIFT, _ -> new BitSet(MASK + 1));
    boolean added = !chunk.get(pfn & MASK);
    chunk.set(pfn & MASK);
    return added;
  }

  void remove(int pfn) {
    BitSet chunk = chunks.get(pfn >>> CHUNK_SHIFT);
    if (chunk != null) {
      chunk.clear(pfn & MASK);
    }
  }
}
