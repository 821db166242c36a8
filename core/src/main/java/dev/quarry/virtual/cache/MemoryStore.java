package dev.quarry.virtual.cache;

import java.lang.foreign.MemorySegment;

/** No place but memory: pages are zeros at first, and are never written anywhere. */
final class MemoryStore implements BackingStore {
  private long bytes;

  MemoryStore(long bytes) {
    this.bytes = bytes;
  }

  @Override
  public synchronized long size() {
    return bytes;
  }

  @Override
  public synchronized void truncate(long size) {
    bytes = size;
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
  public void force() {
    // There is no medium.
  }

  @Override
  public void close() {
    // There is nothing to be closed.
  }

  @Override
  public boolean isShmem() {
    return true;
  }
}
