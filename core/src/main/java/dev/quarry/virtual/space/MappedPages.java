package dev.quarry.virtual.space;

import dev.quarry.machine.Cpu;

/**
 * What operations on areas do to the pages in them: page tables, frames, TLBs. The areas' side owns
 * it; the side of page faults implements it. The caller holds the lock of the address space.
 *
 * <p>Ranges are aligned to pages and lie in the area that comes with them, unless said otherwise.
 */
public interface MappedPages {
  /**
   * Clears entries and gives up what they showed: {@code unmap_vmas}, {@code zap_page_range}.
   *
   * @param vma the area; it may be unlinked already
   */
  void unmap(Cpu cpu, MmStruct mm, long vma, long start, long end);

  /**
   * Frees the tables of a range in which nothing is mapped any more: {@code free_pgtables}.
   *
   * @param floor end of the neighbour below, or 0
   * @param ceiling start of the neighbour above, or the end of the address space: a table that
   *     reaches beyond either is the neighbour's too
   */
  void freeTables(Cpu cpu, MmStruct mm, long start, long end, long floor, long ceiling);

  /** Makes entries fit the area's flags, which have changed: {@code change_protection}. */
  void protect(Cpu cpu, MmStruct mm, long vma, long start, long end, long oldFlags);

  /**
   * Moves entries to another area, which has none there: {@code move_page_tables}.
   *
   * @return how many bytes of the range were moved: all, or fewer without memory for tables
   */
  long move(Cpu cpu, MmStruct mm, long vma, long newVma, long from, long to, long bytes);

  /**
   * Makes a page present, as an access would: {@code faultin_page}.
   *
   * @return 0 or a negated {@link Errno}
   */
  int faultIn(Cpu cpu, MmStruct mm, long vma, long address, boolean write);

  /** Whether mincore calls the page of an address resident. */
  boolean isResident(MmStruct mm, long vma, long address);

  /**
   * Follows an advice about pages, which areas do not know of. For a hole in a file the lock of the
   * address space is given up and taken again: areas may be others afterwards.
   *
   * @return 0 or a negated {@link Errno}
   */
  int advise(Cpu cpu, MmStruct mm, long vma, long start, long end, Advice advice);

  /** The area's pages are to be locked from now on, or are not any more. */
  void locked(Cpu cpu, MmStruct mm, long vma, long start, long end, boolean locked);

  /**
   * Gives a child's area the pages of its parent's, write-protected where they are private: {@code
   * copy_page_range}.
   *
   * @param child whose area is {@code childVma}, without pages yet
   * @return false without memory for tables; what was copied stays
   */
  boolean copy(Cpu cpu, MmStruct mm, long vma, MmStruct child, long childVma);

  /**
   * An area begins or ends at an address from now on: {@code vma_adjust_trans_huge}. No huge page
   * may reach from one area into another.
   */
  void boundary(Cpu cpu, MmStruct mm, long address);

  /** Whether an area could have huge pages: {@code THPeligible} in smaps. */
  boolean isHugeEligible(MmStruct mm, long vma);

  /** An address space has no area any more and goes. */
  void released(Cpu cpu, MmStruct mm);

  /** Memory that an anonymous shared mapping shows: {@code shmem_zero_setup}. */
  FileMapping sharedMemory(long inode, long bytes);

  /**
   * Writes what is dirty in a shared mapping back to its file: {@code vfs_fsync_range}.
   *
   * @return 0 or a negated {@link Errno}
   */
  int sync(Cpu cpu, MmStruct mm, long vma, long start, long end);
}
