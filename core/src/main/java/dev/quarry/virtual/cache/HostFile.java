package dev.quarry.virtual.cache;

import dev.quarry.machine.Cpu;

/** A file of the host that a process has open; its pages stay in the cache when it is closed. */
public final class HostFile extends CachedFile {
  /** {@code 8:1}, the first partition of the first disk. */
  private static final long DEVICE = 8L << 20 | 1;

  private final boolean writable;

  HostFile(PageCache cache, String name, boolean writable) {
    super(cache, name);
    this.writable = writable;
  }

  @Override
  public boolean isWritable() {
    return writable;
  }

  @Override
  public long device() {
    return DEVICE;
  }

  /** Numbers in the order in which files were first opened. */
  @Override
  public long inode() {
    return cache().handle();
  }

  @Override
  void released(Cpu cpu) {
    // The cache keeps the pages for who opens it next.
  }
}
