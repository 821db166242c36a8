package dev.quarry.virtual.space;

import dev.quarry.machine.Cpu;

/**
 * Makes the pages of a range present: {@code __mm_populate}, {@code populate_vma_page_range}
 * (mm/gup.c, 6.18). The lock is taken for each area anew, as faults may take long.
 */
final class Populate {
  private static final long NONE = VmAreaStruct.NONE;

  private Populate() {}

  /** For mmap and mremap, which have succeeded whatever comes of it. */
  static void ignoringErrors(Cpu cpu, MmStruct mm, long start, long bytes) {
    range(cpu, mm, start, bytes, true);
  }

  /**
   * Goes over a range that areas must cover.
   *
   * @param ignoreErrors whether to go on with the next area after an error
   * @return 0 or a negated {@link Errno}
   */
  static int range(Cpu cpu, MmStruct mm, long start, long bytes, boolean ignoreErrors) {
    long end = start + bytes;
    mm.lock();
    try {
      for (long at = start; at < end; ) {
        long vma = mm.findVmaIntersection(at, end);
        if (vma == NONE) {
          return 0;
        }
        long from = Math.max(at, mm.areas.start(vma));
        at = Math.min(end, mm.areas.end(vma));
        boolean skipped = mm.areas.has(vma, VmFlags.IO | VmFlags.PFNMAP);
        int error = skipped ? 0 : area(cpu, mm, vma, from, at);
        if (error != 0 && !ignoreErrors) {
          return error;
        }
      }
      return 0;
    } finally {
      mm.unlock();
    }
  }

  /** Populates a part of one area. */
  static int area(Cpu cpu, MmStruct mm, long vma, long start, long end) {
    long flags = mm.areas.flags(vma);
    if ((flags & VmFlags.LOCKONFAULT) != 0) {
      return 0;
    }
    if ((flags & VmFlags.ACCESS) == 0) {
      return -Errno.EFAULT; // any other protection will do: FOLL_FORCE
    }
    // Private pages are copied at once: to write would do it later anyway.
    boolean write = (flags & (VmFlags.WRITE | VmFlags.SHARED)) == VmFlags.WRITE;
    MappedPages pages = mm.spaces().pages();
    for (long at = start; at < end; at += MmStruct.PAGE_SIZE) {
      int error = pages.faultIn(cpu, mm, vma, at, write);
      if (error != 0) {
        return error;
      }
    }
    return 0;
  }
}
