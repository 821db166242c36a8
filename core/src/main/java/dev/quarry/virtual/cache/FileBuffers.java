package dev.quarry.virtual.cache;

import dev.quarry.machine.Cpu;
import dev.quarry.physical.Gfp;
import dev.quarry.physical.MemMap;
import dev.quarry.physical.PageState;
import dev.quarry.slab.KmemCache;

/**
 * When pages of a file get buffers: those of a disk always, those of a file when they are written,
 * as ext4 has it. The cache's lock guards what a page has.
 */
public final class FileBuffers {
  private static final long SECTOR = PageCache.PAGE / PageCache.SECTORS;

  private final PageCache cache;
  private final PageCaches all;
  private final MemMap map;
  private int blockBytes = (int) PageCache.PAGE;
  private boolean device;

  FileBuffers(PageCache cache, PageCaches all) {
    this.cache = cache;
    this.all = all;
    this.map = all.map();
  }

  /**
   * Its pages are a disk's, in blocks of 512 bytes, or of more if the size is a multiple of them:
   * {@code set_init_blocksize} (block/bdev.c, 6.18).
   */
  void becomeDevice() {
    device = true;
    long largest = Long.lowestOneBit(cache.bytes() | PageCache.PAGE);
    blockBytes = (int) Math.max(SECTOR, largest);
  }

  boolean isDevice() {
    return device;
  }

  /** Bytes of a block of the disk that it is on. */
  public int blockBytes() {
    return blockBytes;
  }

  /**
   * A page has buffers from now on, if the file is on a disk: {@code create_empty_buffers}. The
   * caller has a reference.
   *
   * @return false without memory for them
   */
  public boolean add(Cpu cpu, int pfn) {
    if (!cache.store().isOnDisk() || all.buffers().references(pfn) > 0) {
      return true;
    }
    long ring = all.buffers().allocate(cpu, Gfp.GFP_NOFS, blockBytes);
    if (ring == KmemCache.NULL) {
      return false;
    }
    synchronized (cache) {
      if (map.mapping(pfn) == cache.handle() && all.buffers().references(pfn) == 0) {
        boolean dirty = (map.state(pfn) & PageState.DIRTY) != 0;
        all.buffers().attach(pfn, ring, cache.indexOf(pfn), dirty);
        return true;
      }
    }
    all.buffers().free(cpu, ring); // truncated, or somebody was quicker
    return true;
  }

  /** With the lock held: a page has no buffers any more. */
  void drop(Cpu cpu, int pfn) {
    if (cache.store().isOnDisk()) {
      all.buffers().drop(cpu, pfn);
    }
  }

  /** References that a page has which nobody maps and nobody uses. */
  public int ownReferences(int pfn) {
    return 1 + (cache.store().isOnDisk() ? all.buffers().references(pfn) : 0);
  }
}
