package dev.quarry.virtual.space;

import dev.quarry.machine.Cpu;

/**
 * The operation munmap: {@code do_vmi_munmap}, {@code do_vmi_align_munmap} (mm/vma.c, 6.18). The
 * course's steps: remove the area, free its descriptor, clear the tables, flush the TLB, free the
 * tables, free the frames.
 */
public final class Munmap {
  private Munmap() {}

  /**
   * Unmaps a range, of which any part may be mapped.
   *
   * @param bytes any value; rounded up to pages
   * @return 0 or a negated {@link Errno}
   */
  public static long munmap(Cpu cpu, MmStruct mm, long address, long bytes) {
    mm.lock();
    try {
      return locked(cpu, mm, address, bytes);
    } finally {
      mm.unlock();
    }
  }

  /** The same for who holds the lock. */
  static int locked(Cpu cpu, MmStruct mm, long address, long bytes) {
    if ((address & ~MmStruct.PAGE_MASK) != 0
        || Long.compareUnsigned(address, mm.taskSize()) > 0
        || Long.compareUnsigned(bytes, mm.taskSize() - address) > 0) {
      return -Errno.EINVAL;
    }
    long end = address + MmapLayout.pageAlign(bytes);
    if (end == address) {
      return -Errno.EINVAL;
    }
    return range(cpu, mm, address, end);
  }

  /** Takes out what is in an aligned range of the user's half. */
  static int range(Cpu cpu, MmStruct mm, long start, long end) {
    AreaDetach detach = mm.detach;
    int error = detach.gather(cpu, start, end);
    if (error == 0 && !detach.isEmpty()) {
      detach.complete(cpu, detach.accounted);
    }
    return error;
  }
}
