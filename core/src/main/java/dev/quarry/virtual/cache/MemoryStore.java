package dev.quarry.virtual.cache;

import java.lang.foreign.MemorySegment;

/** No place but memory: pages are zeros at first, and are never written anywhere. */
final class MemoryStore extends NoMedium {
  MemoryStore(long bytes) {
    super(bytes);
  }

  @Override
  public void read(long offset, MemorySegment page) {
    page.fill((byte) 0);
  }

  @Override
  public void write(long offset, MemorySegment part) {
    throw new IllegalStateException("shared memory is written nowhere");
  }

  @Override
  public boolean isShmem() {
    return true;
  }
}
