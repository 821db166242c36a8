package dev.quarry.replay.play;

import java.util.Arrays;

/**
 * Which block of ours stands for a block of the recorded kernel. Keys are the kernel's frame
 * numbers, values ours. Made in small chunks, in the order in which they are needed: what a
 * recording uses of memory lies close together here, however far apart its frames are.
 */
final class HandleMap {
  /** The handle stands for no block of ours. */
  static final int ABSENT = -1;

  /** The handle stands for a block that the machine had no memory for. */
  static final int FAILED = -2;

  private static final int CHUNK_SHIFT = 6;
  private static final int FIRST_CHUNKS = 1 << 16;
  private static final int MASK = (1 << CHUNK_SHIFT) - 1;

  /** Stands for all chunks that hold nothing; never written. */
  private static final int[] EMPTY = new int[1 << CHUNK_SHIFT];

  /** A value is stored one higher, so that 0 is {@link #ABSENT}. */
  private int[][] chunks;

  private int size;

  HandleMap() {
    chunks = new int[FIRST_CHUNKS][];
    Arrays.fill(chunks, EMPTY);
  }

  int get(int handle) {
    return chunk(handle)[handle & MASK] - 1;
  }

  private int[] chunk(int handle) {
    int index = handle >>> CHUNK_SHIFT;
    return index < chunks.length ? chunks[index] : EMPTY;
  }

  /** Lets a handle stand for another block; returns what it stood for. */
  @SuppressWarnings("ReferenceEquality") // the one chunk that stands for none
  int put(int handle, int pfn) {
    int[] chunk = chunk(handle);
    if (chunk == EMPTY) {
      chunk = addChunk(handle >>> CHUNK_SHIFT);
    }
    int stored = chunk[handle & MASK];
    chunk[handle & MASK] = pfn + 1;
    size += stored == 0 ? 1 : 0;
    return stored - 1;
  }

  private int[] addChunk(int index) {
    if (index >= chunks.length) {
      int old = chunks.length;
      chunks = Arrays.copyOf(chunks, Math.max(2 * old, index + 1));
      Arrays.fill(chunks, old, chunks.length, EMPTY);
    }
    chunks[index] = new int[1 << CHUNK_SHIFT];
    return chunks[index];
  }

  int remove(int handle) {
    int[] chunk = chunk(handle);
    int stored = chunk[handle & MASK];
    if (stored != 0) {
      chunk[handle & MASK] = 0;
      size--;
    }
    return stored - 1;
  }

  /** How many handles stand for a block. */
  int size() {
    return size;
  }
}
