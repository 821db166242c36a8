package dev.quarry.virtual.space;

import dev.quarry.machine.Cpu;

/**
 * The operation madvise: {@code do_madvise}, {@code madvise_walk_vmas}, {@code
 * madvise_vma_behavior} (mm/madvise.c, 6.18). Some advice changes the areas' flags, some their
 * pages.
 */
public final class Madvise {
  private static final long NONE = VmAreaStruct.NONE;

  private final Cpu cpu;
  private final MmStruct mm;
  private final VmAreaStruct areas;
  private final Advice advice;

  private Madvise(Cpu cpu, MmStruct mm, Advice advice) {
    this.cpu = cpu;
    this.mm = mm;
    this.areas = mm.areas;
    this.advice = advice;
  }

  /**
   * Gives advice about a range.
   *
   * @param bytes any value
   * @param number of {@link Advice}
   * @return 0 or a negated {@link Errno}: of a hole only after all areas were gone over
   */
  public static long madvise(Cpu cpu, MmStruct mm, long address, long bytes, int number) {
    Advice advice = Advice.of(number);
    long length = MmapLayout.pageAlign(bytes);
    long end = address + length;
    if (advice == null
        || (address & ~MmStruct.PAGE_MASK) != 0
        || (bytes != 0 && length == 0)
        || Long.compareUnsigned(end, address) < 0) {
      return -Errno.EINVAL;
    }
    if (length == 0) {
      return 0;
    }
    Madvise call = new Madvise(cpu, mm, advice);
    mm.lock();
    try {
      boolean populate = advice == Advice.POPULATE_READ || advice == Advice.POPULATE_WRITE;
      return populate ? call.populate(address, end) : call.walk(address, end);
    } finally {
      mm.unlock();
    }
  }

  private int walk(long address, long end) {
    int hole = 0;
    for (long at = address; Long.compareUnsigned(at, end) < 0; ) {
      long vma = mm.findVma(at);
      if (vma == NONE) {
        return -Errno.ENOMEM;
      }
      if (Long.compareUnsigned(at, areas.start(vma)) < 0) {
        hole = -Errno.ENOMEM;
        at = areas.start(vma);
        if (Long.compareUnsigned(at, end) >= 0) {
          break;
        }
      }
      boolean last = Long.compareUnsigned(areas.end(vma), end) > 0;
      long to = last ? end : areas.end(vma);
      int error = area(vma, at, to);
      if (error != 0) {
        return error;
      }
      at = to;
    }
    return hole;
  }

  private int area(long vma, long start, long end) {
    return switch (advice) {
      case REMOVE -> remove(vma, start, end);
      case WILLNEED -> pages(vma, start, end);
      case COLD, PAGEOUT -> unlocked(vma, VmFlags.HUGETLB, start, end);
      case FREE -> areas.isAnonymous(vma) ? unlocked(vma, 0, start, end) : -Errno.EINVAL;
      case DONTNEED -> unlocked(vma, 0, start, end);
      case DONTNEED_LOCKED ->
          areas.has(vma, VmFlags.PFNMAP) ? -Errno.EINVAL : pages(vma, start, end);
      case COLLAPSE -> pages(vma, start, end);
      default -> flags(vma, start, end);
    };
  }

  private int pages(long vma, long start, long end) {
    return mm.spaces().pages().advise(cpu, mm, vma, start, end, advice);
  }

  /** Advice that locked pages do not follow. */
  private int unlocked(long vma, long refused, long start, long end) {
    boolean fits = !areas.has(vma, VmFlags.LOCKED | VmFlags.PFNMAP | refused);
    return fits ? pages(vma, start, end) : -Errno.EINVAL;
  }

  private int remove(long vma, long start, long end) {
    if (areas.has(vma, VmFlags.LOCKED) || areas.isAnonymous(vma)) {
      return -Errno.EINVAL;
    }
    boolean mayWrite = areas.has(vma, VmFlags.SHARED) && areas.has(vma, VmFlags.MAYWRITE);
    return mayWrite ? pages(vma, start, end) : -Errno.EACCES;
  }

  /** Advice that is kept in the area's flags: cut out, or merged with neighbours that have it. */
  private int flags(long vma, long start, long end) {
    long old = areas.flags(vma);
    if (!isAllowed(vma, old)) {
      return -Errno.EINVAL;
    }
    long flags = advised(old);
    if (flags == old) {
      return 0;
    }
    long changed = mm.merge.modify(cpu, vma, start, end, flags);
    if (Errno.isError(changed)) {
      // Out of memory is to be tried again.
      return changed == -Errno.ENOMEM ? -Errno.EAGAIN : (int) changed;
    }
    areas.flags(changed, flags);
    return advice == Advice.HUGEPAGE ? pages(changed, start, end) : 0;
  }

  private boolean isAllowed(long vma, long flags) {
    return switch (advice) {
      case DOFORK -> (flags & VmFlags.IO) == 0;
      case WIPEONFORK -> areas.isAnonymous(vma) && (flags & VmFlags.SHARED) == 0;
      case KEEPONFORK -> (flags & VmFlags.DROPPABLE) == 0;
      case DODUMP -> (flags & (VmFlags.SPECIAL | VmFlags.DROPPABLE)) == 0;
      default -> true;
    };
  }

  private long advised(long flags) {
    return switch (advice) {
      case NORMAL -> flags & ~(VmFlags.RAND_READ | VmFlags.SEQ_READ);
      case SEQUENTIAL -> (flags & ~VmFlags.RAND_READ) | VmFlags.SEQ_READ;
      case RANDOM -> (flags & ~VmFlags.SEQ_READ) | VmFlags.RAND_READ;
      case DONTFORK -> flags | VmFlags.DONTCOPY;
      case DOFORK -> flags & ~VmFlags.DONTCOPY;
      case WIPEONFORK -> flags | VmFlags.WIPEONFORK;
      case KEEPONFORK -> flags & ~VmFlags.WIPEONFORK;
      case DONTDUMP -> flags | VmFlags.DONTDUMP;
      case DODUMP -> flags & ~VmFlags.DONTDUMP;
      case HUGEPAGE -> (flags & ~VmFlags.NOHUGEPAGE) | VmFlags.HUGEPAGE;
      case NOHUGEPAGE -> (flags & ~VmFlags.HUGEPAGE) | VmFlags.NOHUGEPAGE;
      case MERGEABLE -> isMergeable(flags) ? flags | VmFlags.MERGEABLE : flags;
      case UNMERGEABLE -> flags & ~VmFlags.MERGEABLE;
      default -> throw new IllegalStateException(advice + " is about pages");
    };
  }

  /** {@code vma_ksm_compatible}: others are left as they are, without an error. */
  private static boolean isMergeable(long flags) {
    long not = VmFlags.SHARED | VmFlags.MAYSHARE | VmFlags.SPECIAL | VmFlags.HUGETLB;
    return (flags & (not | VmFlags.DROPPABLE)) == 0;
  }

  /** {@code madvise_populate}: a hole, or what may not be accessed, ends it. */
  private int populate(long address, long end) {
    boolean write = advice == Advice.POPULATE_WRITE;
    MappedPages pages = mm.spaces().pages();
    for (long at = address; Long.compareUnsigned(at, end) < 0; at += MmStruct.PAGE_SIZE) {
      long vma = mm.lookup(at);
      if (vma == NONE) {
        return -Errno.ENOMEM;
      }
      boolean allowed = areas.has(vma, write ? VmFlags.WRITE : VmFlags.READ);
      if (!allowed || areas.has(vma, VmFlags.IO | VmFlags.PFNMAP)) {
        return -Errno.EINVAL;
      }
      int error = pages.faultIn(cpu, mm, vma, at, write);
      if (error != 0) {
        return error;
      }
    }
    return 0;
  }
}
