package dev.quarry.replay.snapshot;

import org.jspecify.annotations.Nullable;

/**
 * A set of frames that costs memory only where it has some: one bit each, in chunks of 512 bytes.
 */
final class FrameSet {
  /** No frame. */
  static final int NONE = -1;

  private static final int CHUNK_SHIFT = 12;
  private static final int CHUNK_MASK = (1 << CHUNK_SHIFT) - 1;

  private final @Nullable long[][] chunks;

  /** An empty set for frames below {@code endPfn}. */
  FrameSet(int endPfn) {
    chunks = new @Nullable long[(endPfn >>> CHUNK_SHIFT) + 1][];
  }

  /** Adds a block that lies below the end; gives its first frame that was in already, or NONE. */
  int add(int pfn, int order) {
    int end = pfn + (1 << order);
    int before = NONE;
    int at = pfn;
    while (at < end) {
      int wordEnd = (int) Math.min(end, (at | 63) + 1L);
      long mask = -1L >>> (64 - (wordEnd - at)) << (at & 63);
      long[] chunk = chunk(at);
      int word = (at & CHUNK_MASK) >>> 6;
      long both = chunk[word] & mask;
      if (both != 0 && before == NONE) {
        before = (at & ~63) + Long.numberOfTrailingZeros(both);
      }
      chunk[word] |= mask;
      at = wordEnd;
    }
    return before;
  }

  private long[] chunk(int pfn) {
    long[] chunk = chunks[pfn >>> CHUNK_SHIFT];
    if (chunk == null) {
      chunk = new long[(CHUNK_MASK + 1) >>> 6];
      chunks[pfn >>> CHUNK_SHIFT] = chunk;
    }
    return chunk;
  }
}
