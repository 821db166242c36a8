package dev.quarry.virtual.space;

import static dev.quarry.virtual.space.MapFlags.*;

import dev.quarry.machine.Cpu;

/**
 * The operation mprotect: {@code do_mprotect_pkey}, {@code mprotect_fixup} (mm/mprotect.c, 6.18).
 */
public final class Mprotect {
  private static final long NONE = VmAreaStruct.NONE;

  /** Flags that say that an area has been accounted, or never will be. */
  private static final long NOT_CHARGED_ANEW =
      VmFlags.ACCOUNT | VmFlags.WRITE | VmFlags.HUGETLB | VmFlags.SHARED | VmFlags.NORESERVE;

  private Mprotect() {}

  /**
   * Sets what may be done with a range, which areas must cover without a hole.
   *
   * @param prot bits of PROT_*
   * @return 0 or a negated {@link Errno}; areas before the one that failed have changed
   */
  public static long mprotect(Cpu cpu, MmStruct mm, long address, long bytes, long prot) {
    long grows = prot & (PROT_GROWSDOWN | PROT_GROWSUP);
    long asked = prot & ~(PROT_GROWSDOWN | PROT_GROWSUP);
    if (grows == (PROT_GROWSDOWN | PROT_GROWSUP) || (address & ~MmStruct.PAGE_MASK) != 0) {
      return -Errno.EINVAL;
    }
    if (bytes == 0) {
      return 0;
    }
    long end = address + MmapLayout.pageAlign(bytes);
    if (Long.compareUnsigned(end, address) <= 0) {
      return -Errno.ENOMEM;
    }
    if ((asked & ~(Prot.ALL | PROT_SEM)) != 0) {
      return -Errno.EINVAL;
    }
    mm.lock();
    try {
      return locked(cpu, mm, address, end, asked, grows);
    } finally {
      mm.unlock();
    }
  }

  private static int locked(Cpu cpu, MmStruct mm, long address, long end, long prot, long grows) {
    VmAreaStruct areas = mm.areas;
    long vma = mm.findVmaIntersection(address, end);
    if (vma == NONE) {
      return -Errno.ENOMEM;
    }
    long start = address;
    if (grows == PROT_GROWSDOWN) {
      start = areas.start(vma);
      if (!areas.has(vma, VmFlags.GROWSDOWN)) {
        return -Errno.EINVAL;
      }
    } else if (Long.compareUnsigned(areas.start(vma), start) > 0) {
      return -Errno.ENOMEM;
    } else if (grows == PROT_GROWSUP) {
      return -Errno.EINVAL; // x86 has no areas that grow up
    }
    return walk(cpu, mm, vma, start, end, Prot.vmFlags(prot));
  }

  private static int walk(Cpu cpu, MmStruct mm, long first, long start, long end, long access) {
    VmAreaStruct areas = mm.areas;
    long vma = first;
    long at = start;
    while (true) {
      long flags = access | (areas.flags(vma) & ~VmFlags.ACCESS);
      if ((flags & ~(flags >> 4) & VmFlags.ACCESS) != 0) {
        return -Errno.EACCES;
      }
      boolean last = Long.compareUnsigned(areas.end(vma), end) >= 0;
      long to = last ? end : areas.end(vma);
      long changed = fix(cpu, mm, vma, at, to, flags);
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

  /** Changes a part of one area; returns the area that has it then, or a negated error. */
  private static long fix(Cpu cpu, MmStruct mm, long vma, long start, long end, long asked) {
    VmAreaStruct areas = mm.areas;
    long old = areas.flags(vma);
    if (asked == old) {
      return vma;
    }
    long pages = (end - start) >>> MmStruct.PAGE_SHIFT;
    long flags = asked;
    boolean charge = false;
    if ((asked & VmFlags.WRITE) != 0) {
      ProcessLimits limits = mm.limits();
      if (!limits.mayExpand(mm, asked, pages) && limits.mayExpand(mm, old, pages)) {
        return -Errno.ENOMEM;
      }
      charge = (old & NOT_CHARGED_ANEW) == 0;
      if (charge && !mm.spaces().commitment().charge(mm, pages)) {
        return -Errno.ENOMEM;
      }
      flags |= charge ? VmFlags.ACCOUNT : 0;
    } else if (areas.isAnonymous(vma) && areas.anonVma(vma) == NONE) {
      flags &= ~VmFlags.ACCOUNT; // no page was written that somebody could need
    }
    long changed = mm.merge.modify(cpu, vma, start, end, flags);
    if (Errno.isError(changed)) {
      mm.spaces().commitment().uncharge(charge ? pages : 0);
      return changed;
    }
    areas.flags(changed, flags);
    mm.spaces().pages().protect(cpu, mm, changed, start, end, old);
    if ((old & ~flags & VmFlags.ACCOUNT) != 0) {
      mm.spaces().commitment().uncharge(pages);
    }
    long private_ = VmFlags.WRITE | VmFlags.SHARED | VmFlags.LOCKED;
    if ((old & private_) == VmFlags.LOCKED && (flags & VmFlags.WRITE) != 0) {
      Populate.area(cpu, mm, changed, start, end);
    }
    mm.accountChange(old, flags, pages);
    return changed;
  }
}
