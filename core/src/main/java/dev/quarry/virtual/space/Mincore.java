package dev.quarry.virtual.space;

/** The operation mincore: which pages are in memory ({@code do_mincore}, mm/mincore.c, 6.18). */
public final class Mincore {
  private Mincore() {}

  /** Is told of a page. */
  @FunctionalInterface
  public interface Sink {
    /** The page of a number, counted from the first, is resident or not. */
    void page(long number, boolean resident);
  }

  /**
   * Looks at the pages of a range, which areas must cover without a hole.
   *
   * @param bytes any value
   * @return 0 or a negated {@link Errno}; pages before the hole were told
   */
  public static long mincore(MmStruct mm, long address, long bytes, Sink sink) {
    if ((address & ~MmStruct.PAGE_MASK) != 0) {
      return -Errno.EINVAL;
    }
    long end = address + bytes;
    if (Long.compareUnsigned(end, address) < 0 || Long.compareUnsigned(end, mm.taskSize()) > 0) {
      return -Errno.ENOMEM;
    }
    mm.lock();
    try {
      MappedPages pages = mm.spaces().pages();
      for (long at = address; at < end; at += MmStruct.PAGE_SIZE) {
        long vma = mm.lookup(at);
        if (vma == VmAreaStruct.NONE) {
          return -Errno.ENOMEM;
        }
        sink.page((at - address) >>> MmStruct.PAGE_SHIFT, pages.isResident(mm, vma, at));
      }
      return 0;
    } finally {
      mm.unlock();
    }
  }
}
