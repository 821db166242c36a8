package dev.quarry.virtual.space;

/**
 * Asks for an area with these properties, to be merged with its neighbours where they allow it:
 * {@code struct vma_merge_struct} (mm/vma.h, 6.18). Each address space has one, used again and
 * again.
 *
 * <pre>
 *     prev        [start, end)       next
 *   |-------|    |...middle...|    |------|
 * </pre>
 */
final class MergeRequest {
  /** What became of it. */
  enum Result {
    MERGED,
    NO_MERGE,
    OUT_OF_MEMORY
  }

  private static final long NONE = VmAreaStruct.NONE;

  long start;
  long end;
  long flags;
  long pgoff;
  long anonVma;
  int file;
  long prev;
  long middle;
  long next;

  /** brk: the neighbour above stays as it is. */
  boolean justExpand;

  Result result = Result.NO_MERGE;

  /** A new area between two neighbours, of which both may be none. */
  MergeRequest newRange(long from, long to, long vmFlags, long page, int handle) {
    start = from;
    end = to;
    flags = vmFlags;
    pgoff = page;
    file = handle;
    anonVma = NONE;
    prev = NONE;
    middle = NONE;
    next = NONE;
    justExpand = false;
    result = Result.NO_MERGE;
    return this;
  }

  /** A range that has the properties of an area. */
  MergeRequest like(VmAreaStruct areas, long vma, long from, long to) {
    newRange(from, to, areas.flags(vma), areas.pgoffAt(vma, from), areas.file(vma));
    anonVma = areas.anonVma(vma);
    return this;
  }

  boolean isOutOfMemory() {
    return result == Result.OUT_OF_MEMORY;
  }
}
