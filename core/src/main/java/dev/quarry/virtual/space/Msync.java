package dev.quarry.virtual.space;

import static dev.quarry.virtual.space.MapFlags.*;

import dev.quarry.machine.Cpu;

/** The operation msync: dirty pages of shared mappings go to their files (mm/msync.c, 6.18). */
public final class Msync {
  private Msync() {}

  /**
   * Writes back what a range shows of files.
   *
   * @param bytes any value
   * @return 0 or a negated {@link Errno}: of a hole only after all areas were gone over
   */
  public static long msync(Cpu cpu, MmStruct mm, long address, long bytes, int flags) {
    long both = MS_ASYNC | MS_SYNC;
    if ((flags & ~(both | MS_INVALIDATE)) != 0
        || (address & ~MmStruct.PAGE_MASK) != 0
        || (flags & both) == both) {
      return -Errno.EINVAL;
    }
    long end = address + MmapLayout.pageAlign(bytes);
    if (Long.compareUnsigned(end, address) < 0) {
      return -Errno.ENOMEM;
    }
    if (end == address) {
      return 0;
    }
    mm.lock();
    try {
      return walk(cpu, mm, address, end, flags);
    } finally {
      mm.unlock();
    }
  }

  private static int walk(Cpu cpu, MmStruct mm, long address, long end, int flags) {
    VmAreaStruct areas = mm.areas;
    int hole = 0;
    for (long at = address; Long.compareUnsigned(at, end) < 0; ) {
      long vma = mm.findVma(at);
      if (vma == VmAreaStruct.NONE) {
        return -Errno.ENOMEM;
      }
      if (Long.compareUnsigned(at, areas.start(vma)) < 0) {
        at = areas.start(vma);
        if (flags == MS_ASYNC || Long.compareUnsigned(at, end) >= 0) {
          return -Errno.ENOMEM;
        }
        hole = -Errno.ENOMEM;
      }
      if ((flags & MS_INVALIDATE) != 0 && areas.has(vma, VmFlags.LOCKED)) {
        return -Errno.EBUSY;
      }
      long to = areas.end(vma);
      if ((flags & MS_SYNC) != 0 && areas.has(vma, VmFlags.SHARED)) {
        long last = Long.compareUnsigned(to, end) > 0 ? end : to;
        int error = mm.spaces().pages().sync(cpu, mm, vma, at, last);
        if (error != 0) {
          return error;
        }
      }
      at = to;
    }
    return hole;
  }
}
