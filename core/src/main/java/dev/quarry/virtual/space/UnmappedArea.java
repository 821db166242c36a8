package dev.quarry.virtual.space;

import dev.quarry.virtual.PageTableLayout;
import dev.quarry.virtual.space.MmStruct.Field;

/**
 * Chooses the address of an area: {@code __get_unmapped_area}, with the rules of x86
 * (arch/x86/kernel/sys_x86_64.c for 4-level tables, mm/mmap.c for 2-level ones, 6.18).
 */
final class UnmappedArea {
  private static final long BELOW_32BIT = 0x4000_0000L;
  private static final long END_32BIT = 0x8000_0000L;
  private static final long ABOVE_4G = 1L << 32;

  private final MmStruct mm;
  private final VmAreaStruct areas;
  private final GapSearch gaps;
  private final boolean wide;
  private final long hugePage;

  UnmappedArea(MmStruct mm) {
    this.mm = mm;
    this.areas = mm.areas;
    this.gaps = new GapSearch(mm);
    this.wide = mm.spaces().tableLayout() == PageTableLayout.X86_64;
    this.hugePage = mm.spaces().tableLayout().largeBytes();
  }

  /**
   * The address at which an area can be.
   *
   * @param hint where it should be, aligned to a page, or 0
   * @param isShared whether it shows a file or shared memory, which has no huge pages
   * @return the address, or a negated {@link Errno}
   */
  long get(long hint, long length, long mapFlags, boolean isShared) {
    if (Long.compareUnsigned(length, mm.taskSize()) > 0) {
      return -Errno.ENOMEM;
    }
    boolean large = !isShared && wide && hint == 0 && (length & hugePage - 1) == 0;
    return checked(large ? aligned(length, mapFlags, 0) : place(hint, length, mapFlags), length);
  }

  /**
   * The same for a file of a file system whose large folios huge entries may show: ext4, xfs,
   * btrfs.
   *
   * @param offset in the file, in bytes
   */
  long ofLargeFile(long hint, long length, long mapFlags, long offset) {
    if (Long.compareUnsigned(length, mm.taskSize()) > 0) {
      return -Errno.ENOMEM;
    }
    long firstBoundary = (offset + hugePage - 1) & -hugePage;
    boolean large = wide && hint == 0 && offset + length - firstBoundary >= hugePage;
    return checked(
        large ? aligned(length, mapFlags, offset) : place(hint, length, mapFlags), length);
  }

  private long checked(long address, long length) {
    if (Errno.isError(address)) {
      return address;
    }
    if (Long.compareUnsigned(address, mm.taskSize() - length) > 0) {
      return -Errno.ENOMEM;
    }
    if ((address & ~MmStruct.PAGE_MASK) != 0) {
      return -Errno.EINVAL;
    }
    boolean low = address < mm.spaces().settings().mmapMinAddr();
    return low && !mm.limits().mayMapLow() ? -Errno.EPERM : address;
  }

  /**
   * Large areas begin where a huge page could: {@code __thp_get_unmapped_area} (mm/huge_memory.c,
   * 6.18). Of a file, it is where the file's own boundaries are the page tables' too.
   */
  private long aligned(long length, long mapFlags, long offset) {
    long padded = place(0, length + hugePage, mapFlags);
    if (Errno.isError(padded) || padded == 0) {
      return place(0, length, mapFlags);
    }
    long shift = offset - padded & hugePage - 1;
    return shift == 0 && isTopDown() ? padded + hugePage : padded + shift;
  }

  private boolean isTopDown() {
    return mm.get(Field.TOPDOWN) != 0;
  }

  private long place(long hint, long length, long mapFlags) {
    if (wide) {
      return isTopDown() ? topDown64(hint, length, mapFlags) : bottomUp64(hint, length, mapFlags);
    }
    return place32(hint, length, mapFlags);
  }

  private long topDown64(long hint, long length, long mapFlags) {
    if (Long.compareUnsigned(length, mm.taskSize()) > 0) {
      return -Errno.ENOMEM;
    }
    if ((mapFlags & MapFlags.MAP_FIXED) != 0) {
      return hint;
    }
    if ((mapFlags & MapFlags.MAP_32BIT) == 0) {
      if (hint != 0 && mayBeAt(hint, length)) {
        return hint;
      }
      long low = (mapFlags & MapFlags.MAP_ABOVE4G) != 0 ? ABOVE_4G : MmStruct.PAGE_SIZE;
      long found = gaps.topDown(length, atLeastMinimum(low), mm.mmapBase());
      if (!Errno.isError(found)) {
        return found;
      }
    }
    return bottomUp64(hint, length, mapFlags);
  }

  private long bottomUp64(long hint, long length, long mapFlags) {
    if ((mapFlags & MapFlags.MAP_FIXED) != 0) {
      return hint;
    }
    boolean low = (mapFlags & MapFlags.MAP_32BIT) != 0;
    long begin = low ? BELOW_32BIT : mm.get(Field.LEGACY_BASE);
    long end = low ? END_32BIT : mm.taskSize();
    if (Long.compareUnsigned(length, end) > 0) {
      return -Errno.ENOMEM;
    }
    if (hint != 0 && Long.compareUnsigned(hint, end - length) <= 0 && isFree(hint, length)) {
      return hint;
    }
    return gaps.bottomUp(length, atLeastMinimum(begin), end);
  }

  private boolean mayBeAt(long hint, long length) {
    return Long.compareUnsigned(hint, mm.taskSize() - length) <= 0 && isFree(hint, length);
  }

  private boolean isFree(long address, long length) {
    long next = mm.findVma(address);
    return next == VmAreaStruct.NONE || address + length <= mm.tree.startGap(next);
  }

  private long atLeastMinimum(long low) {
    return Math.max(low, mm.spaces().settings().mmapMinAddr());
  }

  /** The rules of architectures without their own: hints also keep off the area below. */
  private long place32(long hint, long length, long mapFlags) {
    long minimum = mm.spaces().settings().mmapMinAddr();
    if (Long.compareUnsigned(length, mm.taskSize() - minimum) > 0) {
      return -Errno.ENOMEM;
    }
    if ((mapFlags & MapFlags.MAP_FIXED) != 0) {
      return hint;
    }
    if (hint != 0 && hint >= minimum && mayBeAt(hint, length)) {
      return hint;
    }
    if (!isTopDown()) {
      return gaps.bottomUp(length, atLeastMinimum(mm.mmapBase()), mm.taskSize());
    }
    long found = gaps.topDown(length, atLeastMinimum(MmStruct.PAGE_SIZE), mm.mmapBase());
    if (!Errno.isError(found)) {
      return found;
    }
    return gaps.bottomUp(length, atLeastMinimum(thirdOfAll()), mm.taskSize());
  }

  private long thirdOfAll() {
    return MmapLayout.pageAlign(mm.taskSize() / 3);
  }

  /** Whether an area can grow up to an address: nobody is there, and it is a user's. */
  boolean isFreeBehind(long vma, long bytes) {
    long from = areas.end(vma);
    long to = from + bytes;
    return Long.compareUnsigned(to, from) >= 0
        && mm.findVmaIntersection(from, to) == VmAreaStruct.NONE
        && !Errno.isError(get(areas.start(vma), to - areas.start(vma), MapFlags.MAP_FIXED, true));
  }
}
