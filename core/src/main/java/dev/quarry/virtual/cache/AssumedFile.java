package dev.quarry.virtual.cache;

import dev.quarry.machine.Cpu;

/**
 * An open file that exists elsewhere: a recording names it, or only shows that it was mapped. Its
 * pages have no contents, and go when nobody holds it any more.
 */
public final class AssumedFile extends CachedFile {
  /** A size that no offset exceeds, for files whose size nobody knows. */
  public static final long UNKNOWN_BYTES = Long.MAX_VALUE >>> 1;

  private final PageCaches all;
  private final boolean around;

  AssumedFile(PageCaches all, PageCache cache, String name, boolean around) {
    super(cache, name);
    this.all = all;
    this.around = around;
  }

  @Override
  public boolean mapsAround() {
    return around;
  }

  /** As on ext4, xfs and btrfs. */
  @Override
  public boolean alignsLarge() {
    return around;
  }

  @Override
  public boolean isWritable() {
    return true;
  }

  @Override
  public long device() {
    return 0;
  }

  @Override
  public long inode() {
    return around ? cache().handle() : 0;
  }

  @Override
  void released(Cpu cpu) {
    all.remove(cpu, cache());
  }
}
