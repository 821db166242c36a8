package dev.quarry.virtual.space;

/** Memory that an anonymous shared mapping shows: a file of the kernel's own tmpfs. */
public record SharedMemory(long inode) implements FileMapping {
  private static final long TMPFS_DEVICE = 1;

  @Override
  public String name() {
    return "/dev/zero (deleted)";
  }

  @Override
  public boolean isReadable() {
    return true;
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
  public boolean isShmem() {
    return true;
  }
}
