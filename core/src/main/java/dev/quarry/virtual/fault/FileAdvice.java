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
  private final VmAreaStruct areas;

  FileAdvice(Parts parts) {
    this.parts = parts;
    this.areas = parts.spaces().areas();
  }

  /** The file that an area shows, if it has pages in a cache. */
  private @Nullable CachedFile file(long vma) {
    return !areas.isAnonymous(vma)
            && parts.spaces().files().file(areas.file(vma)) instanceof CachedFile file
        ? file
        : null;
  }

  void willNeed(Cpu cpu, long vma, long start, long end) {
    CachedFile file = file(vma);
    if (file != null && !file.isShmem()) {
      file.cache().ahead().force(cpu, areas.pgoffAt(vma, start), areas.pgoffAt(vma, end));
    }
  }

  /** Writes what is dirty, and tells who has the file open of errors: {@code vfs_fsync_range}. */
  int sync(Cpu cpu, long vma, long start, long end) {
    CachedFile file = file(vma);
    return file == null ? 0 : -file.sync(cpu, areas.pgoffAt(vma, start), areas.pgoffAt(vma, end));
  }

  /** {@code madvise_remove}: a hole in the file, for which all who map it are locked in turn. */
  int remove(Cpu cpu, UserPages pages, MmStruct mm, long vma, long start, long end) {
    CachedFile file = file(vma);
    if (file == null) {
      return -Errno.EOPNOTSUPP;
    }
    long first = areas.pgoffAt(vma, start);
    long last = areas.pgoffAt(vma, end);
    mm.unlock();
    try {
      return pages.punch(cpu, file, first, last);
    } finally {
      mm.lock();
    }
  }

  /**
   * Takes pages of a file from all address spaces: {@code unmap_mapping_pages}. The caller holds
   * the lock of none.
   *
   * @param evenCows whether private copies go too
   */
  void unmap(
      Cpu cpu, UserPages pages, PageCache cache, long firstIndex, long endIndex, boolean evenCows) {
    for (MmStruct mm : parts.spaces().all()) {
      if (parts.spaces().lockIfThere(mm)) {
        unmapFrom(cpu, pages, mm, cache, firstIndex, endIndex, evenCows);
        mm.unlock();
      }
    }
  }

  private void unmapFrom(
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
      CachedFile file = file(vma);
      boolean shows = file != null && file.cache() == cache;
      if (shows && end > firstIndex && begin < endIndex) {
        long from = Math.max(begin, firstIndex) - begin;
        long to = Math.min(end, endIndex) - begin;
        long start = areas.start(vma);
        long upTo = start + (to << Parts.SHIFT);
        pages.unmap(cpu, mm, vma, start + (from << Parts.SHIFT), upTo, evenCows);
      }
    }
  }
}
