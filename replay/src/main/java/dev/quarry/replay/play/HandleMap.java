package dev.quarry.replay.play;

import org.jspecify.annotations.Nullable;

/**
 * Which block of ours stands for a block of the recorded kernel. Keys are the kernel's frame
 * numbers, values ours; made in chunks, as recordings use a small part of memory densely.
 */
final class HandleMap {
  /** The handle stands for no block of ours. */
  static final int ABSENT = -1;

  /** The handle stands for a block that the machine had no memory for. */
  static final int FAILED = -2;

  private static final int CHUNK_SHIFT = 12;
  private static final int MASK = (1 << CHUNK_SHIFT) - 1;

  private final @Nullable Chunk[] chunks;
  private int size;

  HandleMap(int endPfn) {
    chunks = new @Nullable Chunk[(endPfn >>> CHUNK_SHIFT) + 1];
  }

  private record Chunk(int[] values) {}

  int get(int handle) {
    Chunk chunk = chunks[handle >>> CHUNK_SHIFT];
    return chunk == null ? ABSENT : chunk.values[handle & MASK] - 1;
  }

  void put(int handle, int pfn) {
    Chunk chunk = chunks[handle >>> CHUNK_SHIFT];
    if (chunk == null) {
      chunk = new Chunk(new int[1 << CHUNK_SHIFT]);
      chunks[handle >>> CHUNK_SHIFT] = chunk;
    }
    size += chunk.values[handle & MASK] == 0 ? 1 : 0;
    chunk.values[handle & MASK] = pfn + 1;
  }

  int remove(int handle) {
    Chunk chunk = chunks[handle >>> CHUNK_SHIFT];
    if (chunk == null || chunk.values[handle & MASK] == 0) {
      return ABSENT;
    }
    int pfn = chunk.values[handle & MASK] - 1;
    chunk.values[handle & MASK] = 0;
    size--;
    return pfn;
  }

  /** How many handles stand for a block. */
  int size() {
    return size;
  }
}
