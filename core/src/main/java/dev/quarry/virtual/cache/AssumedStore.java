package dev.quarry.virtual.cache;

import java.lang.foreign.MemorySegment;

/** A file of which there is no copy here: what is read is nothing, what is written is lost. */
final class AssumedStore extends NoMedium {
  private final boolean resident;

  AssumedStore(long bytes, boolean resident) {
    super(bytes);
    this.resident = resident;
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
  public boolean isAssumedResident() {
    return resident;
  }

  @Override
  public boolean isShmem() {
    return false;
  }
}
