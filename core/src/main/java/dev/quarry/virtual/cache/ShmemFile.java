package dev.quarry.virtual.cache;

import dev.quarry.machine.Cpu;

/**
 * Shared memory as a file of the kernel's own tmpfs (mm/shmem.c): of an anonymous shared mapping,
 * or a memfd. It has no other name, so that its pages go when nobody holds it any more.
 */
public final class ShmemFile extends CachedFile {
  private static final long TMPFS_DEVICE = 1;

  private final long inode;
  private final PageCaches all;

  ShmemFile(PageCaches all, PageCache cache, String name, long inode) {
    super(cache, name);
    this.all = all;
    this.inode = inode;
  }

  @Override
  public boolean isWritable() {
    return true;
  }

  @Override
  public long device() {
    return TMPFS_DEVICE;
  }

  @Override
  public long inode() {
    return inode;
  }

  @Override
  void released(Cpu cpu) {
    all.remove(cpu, cache());
  }
}
