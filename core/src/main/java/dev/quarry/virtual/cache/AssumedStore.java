package dev.quarry.virtual.cache;

import java.lang.foreign.MemorySegment;

/** A file of which there is no copy here: what is read is nothing, what is written is lost. */
final class AssumedStore implements BackingStore {
  private final boolean resident;
  private long bytes;

  AssumedStore(long bytes, boolean resident) {
    this.bytes = bytes;
    this.resident = resident;
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
    // Contents are not known: the page keeps what it holds.
  }

  @Override
  public void write(long offset, MemorySegment part) {
    // There is nowhere to write to.
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
  public boolean isAssumedResident() {
    return resident;
  }

  @Override
  public boolean isShmem() {
    return false;
  }
}
