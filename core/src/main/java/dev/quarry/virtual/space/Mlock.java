package dev.quarry.virtual.space;

import static dev.quarry.virtual.space.MapFlags.*;

import dev.quarry.machine.Cpu;
import dev.quarry.virtual.space.MmStruct.Field;

/**
 * The operations mlock, mlock2, munlock, mlockall, munlockall: {@code do_mlock}, {@code
 * apply_vma_lock_flags}, {@code mlock_fixup} (mm/mlock.c, 6.18).
 */
public final class Mlock {
  private static final long NONE = VmAreaStruct.NONE;

  private Mlock() {}

  /** mlock(2): the pages of a range are made present and stay so. */
  public static long mlock(Cpu cpu, MmStruct mm, long address, long bytes) {
    return lock(cpu, mm, address, bytes, VmFlags.LOCKED);
  }

  /** mlock2(2). */
  public static long mlock2(Cpu cpu, MmStruct mm, long address, long bytes, int flags) {
    if ((flags & ~MLOCK_ONFAULT) != 0) {
      return -Errno.EINVAL;
    }
    boolean onFault = (flags & MLOCK_ONFAULT) != 0;
    long vmFlags = onFault ? VmFlags.LOCKED | VmFlags.LOCKONFAULT : VmFlags.LOCKED;
    return lock(cpu, mm, address, bytes, vmFlags);
  }

  private static long lock(Cpu cpu, MmStruct mm, long address, long bytes, long vmFlags) {
    ProcessLimits limits = mm.limits();
    if (!limits.canLock()) {
      return -Errno.EPERM;
    }
    long start = address & MmStruct.PAGE_MASK;
    long length = MmapLayout.pageAlign(bytes + (address - start));
    mm.lock();
    try {
      if (!limits.mayLockMemory() && exceedsLimit(mm, start, length)) {
        return -Errno.ENOMEM;
      }
      int error = apply(cpu, mm, start, length, vmFlags);
      if (error != 0) {
        return error;
      }
    } finally {
      mm.unlock();
    }
    int error = Populate.range(cpu, mm, start, length, false);
    return switch (error) {
      case -Errno.EFAULT -> -Errno.ENOMEM; // as POSIX wants it: __mlock_posix_error_return
      case -Errno.ENOMEM -> -Errno.EAGAIN;
      default -> error;
    };
  }

  /** What is locked already in the range does not count twice. */
  private static boolean exceedsLimit(MmStruct mm, long start, long length) {
    long limit = mm.limits().memlock() >>> MmStruct.PAGE_SHIFT;
    long pages = (length >>> MmStruct.PAGE_SHIFT) + mm.lockedVm();
    if (Long.compareUnsigned(pages, limit) <= 0) {
      return false;
    }
    return Long.compareUnsigned(pages - lockedIn(mm, start, length), limit) > 0;
  }

  /** {@code count_mm_mlocked_page_nr}. */
  private static long lockedIn(MmStruct mm, long start, long length) {
    VmAreaStruct areas = mm.areas;
    long wrapped = start + length;
    long end = Long.compareUnsigned(wrapped, start) < 0 ? -1L : wrapped;
    long bytes = 0;
    for (long vma = mm.findVmaIntersection(start, end);
        vma != NONE && Long.compareUnsigned(areas.start(vma), end) < 0;
        vma = areas.next(vma)) {
      if (areas.has(vma, VmFlags.LOCKED)) {
        boolean last = Long.compareUnsigned(areas.end(vma), end) > 0;
        bytes += (last ? end : areas.end(vma)) - Math.max(start, areas.start(vma));
      }
    }
    return bytes >>> MmStruct.PAGE_SHIFT;
  }

  /** munlock(2). */
  public static long munlock(Cpu cpu, MmStruct mm, long address, long bytes) {
    long start = address & MmStruct.PAGE_MASK;
    mm.lock();
    try {
      return apply(cpu, mm, start, MmapLayout.pageAlign(bytes + (address - start)), 0);
    } finally {
      mm.unlock();
    }
  }

  private static int apply(Cpu cpu, MmStruct mm, long start, long length, long vmFlags) {
    VmAreaStruct areas = mm.areas;
    long end = start + length;
    if (Long.compareUnsigned(end, start) < 0) {
      return -Errno.EINVAL;
    }
    if (length == 0) {
      return 0;
    }
    long vma = mm.lookup(start);
    if (vma == NONE) {
      return -Errno.ENOMEM;
    }
    long at = start;
    while (true) {
      boolean last = Long.compareUnsigned(areas.end(vma), end) >= 0;
      long changed = fix(cpu, mm, vma, at, last ? end : areas.end(vma), vmFlags);
      if (Errno.isError(changed)) {
        return (int) changed;
      }
      at = areas.end(changed);
      if (Long.compareUnsigned(at, end) >= 0) {
        return 0;
      }
      vma = areas.next(changed);
      if (vma == NONE || areas.start(vma) != at) {
        return -Errno.ENOMEM;
      }
    }
  }

  /** Locks or unlocks a part of one area; returns the area that has it then. */
  private static long fix(Cpu cpu, MmStruct mm, long vma, long start, long end, long lockFlags) {
    VmAreaStruct areas = mm.areas;
    long old = areas.flags(vma);
    long flags = (old & ~VmFlags.LOCKED_MASK) | lockFlags;
    if (flags == old || (old & (VmFlags.SPECIAL | VmFlags.HUGETLB | VmFlags.DROPPABLE)) != 0) {
      return vma;
    }
    long changed = mm.merge.modify(cpu, vma, start, end, flags);
    if (Errno.isError(changed)) {
      return changed;
    }
    boolean was = (old & VmFlags.LOCKED) != 0;
    boolean is = (flags & VmFlags.LOCKED) != 0;
    areas.flags(changed, flags);
    if (was != is) {
      long pages = (end - start) >>> MmStruct.PAGE_SHIFT;
      mm.add(Field.LOCKED_VM, is ? pages : -pages);
      mm.spaces().pages().locked(cpu, mm, changed, start, end, is);
    }
    return changed;
  }

  /** mlockall(2). */
  public static long mlockall(Cpu cpu, MmStruct mm, int flags) {
    long known = MCL_CURRENT | MCL_FUTURE | MCL_ONFAULT;
    if (flags == 0 || (flags & ~known) != 0 || flags == MCL_ONFAULT) {
      return -Errno.EINVAL;
    }
    ProcessLimits limits = mm.limits();
    if (!limits.canLock()) {
      return -Errno.EPERM;
    }
    boolean current = (flags & MCL_CURRENT) != 0;
    mm.lock();
    try {
      long limit = limits.memlock() >>> MmStruct.PAGE_SHIFT;
      boolean exceeds = Long.compareUnsigned(mm.totalVm(), limit) > 0;
      if (current && exceeds && !limits.mayLockMemory()) {
        return -Errno.ENOMEM;
      }
      applyToAll(cpu, mm, flags);
    } finally {
      mm.unlock();
    }
    if (current) {
      Populate.ignoringErrors(cpu, mm, 0, mm.taskSize());
    }
    return 0;
  }

  /** munlockall(2). */
  public static long munlockall(Cpu cpu, MmStruct mm) {
    mm.lock();
    applyToAll(cpu, mm, 0);
    mm.unlock();
    return 0;
  }

  private static void applyToAll(Cpu cpu, MmStruct mm, int flags) {
    boolean onFault = (flags & MCL_ONFAULT) != 0;
    long locked = onFault ? VmFlags.LOCKED | VmFlags.LOCKONFAULT : VmFlags.LOCKED;
    boolean future = (flags & MCL_FUTURE) != 0;
    boolean current = (flags & MCL_CURRENT) != 0;
    mm.set(Field.DEF_FLAGS, (mm.defFlags() & ~VmFlags.LOCKED_MASK) | (future ? locked : 0));
    if (future && !current) {
      return;
    }
    VmAreaStruct areas = mm.areas;
    for (long vma = mm.firstArea(); vma != NONE; vma = areas.next(vma)) {
      long changed = fix(cpu, mm, vma, areas.start(vma), areas.end(vma), current ? locked : 0);
      if (!Errno.isError(changed)) { // errors are ignored
        vma = changed;
      }
    }
  }
}
