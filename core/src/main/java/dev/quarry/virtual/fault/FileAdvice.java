package dev.quarry.virtual.fault;

import dev.quarry.machine.Cpu;
import dev.quarry.virtual.cache.CachedFile;
import dev.quarry.virtual.cache.PageCache;
import dev.quarry.virtual.space.Errno;
import dev.quarry.virtual.space.MmStruct;
import dev.quarry.virtual.space.VmAreaStruct;
import org.jspecify.annotations.Nullable;

/**
 * What operations ask of the files that areas show: read ahead, write back, cut holes ({@code
 * madvise_willneed}, {@code vfs_fsync_range}, {@code unmap_mapping_range}, 6.18).
 */
final class FileAdvice {
  private final Parts parts;
  private final ReverseMap rmap;
  private final VmAreaStruct areas;

  FileAdvice(Parts parts, ReverseMap rmap) {
    this.parts = parts;
    this.rmap = rmap;
    this.areas = parts.spaces().areas();
  }

  private @Nullable PageCache cache(long vma) {
    return !areas.isAnonymous(vma)
            && parts.spaces().files().file(areas.file(vma)) instanceof CachedFile file
        ? file.cache()
        : null;
  }

  void willNeed(Cpu cpu, long vma, long start, long end) {
    PageCache cache = cache(vma);
    if (cache != null && !cache.isShmem()) {
      cache.readAhead(cpu, areas.pgoffAt(vma, start), areas.pgoffAt(vma, end));
    }
  }

  /**
   * Writes what is dirty. All entries of a page, of all processes, are write protected first, so
   * that it is clean afterwards and its next write is seen.
   */
  int sync(Cpu cpu, long vma, long start, long end) {
    PageCache cache = cache(vma);
    if (cache == null) {
      return 0;
    }
    boolean written =
        cache.writeBack(
            cpu,
            areas.pgoffAt(vma, start),
            areas.pgoffAt(vma, end),
            (index, pfn) -> rmap.makeClean(cpu, pfn));
    return written ? 0 : -Errno.EIO;
  }

  /** {@code madvise_remove}: a hole in the file; private copies stay. */
  int remove(Cpu cpu, UserPages pages, long vma, long start, long end) {
    PageCache cache = cache(vma);
    if (cache == null) {
      return -Errno.EOPNOTSUPP;
    }
    long first = areas.pgoffAt(vma, start);
    long last = areas.pgoffAt(vma, end);
    for (MmStruct mm : parts.spaces().all()) {
      unmapFrom(cpu, pages, mm, cache, first, last, false);
    }
    return cache.punch(cpu, first, last) ? 0 : -Errno.EIO;
  }

  /**
   * Takes pages of a file from an address space.
   *
   * @param evenCows whether private copies go too
   */
  void unmapFrom(
      Cpu cpu,
      UserPages pages,
      MmStruct mm,
      PageCache cache,
      long firstIndex,
      long endIndex,
      boolean evenCows) {
    for (long vma = mm.firstArea(); vma != VmAreaStruct.NONE; vma = areas.next(vma)) {
      long begin = areas.pgoff(vma);
      long end = begin + areas.pages(vma);
      if (cache(vma) == cache && end > firstIndex && begin < endIndex) {
        long from = Math.max(begin, firstIndex) - begin;
        long to = Math.min(end, endIndex) - begin;
        long start = areas.start(vma);
        long upTo = start + (to << Parts.SHIFT);
        pages.unmap(cpu, mm, vma, start + (from << Parts.SHIFT), upTo, evenCows);
      }
    }
  }
}
