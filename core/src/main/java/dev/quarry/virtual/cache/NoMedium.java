package dev.quarry.virtual.cache;

/** A store that has a size and no medium: nothing is written anywhere. */
abstract class NoMedium implements BackingStore {
  private long bytes;

  NoMedium(long bytes) {
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
  public void force() {
    // There is no medium.
  }

  @Override
  public void close() {
    // There is nothing to be closed.
  }
}
