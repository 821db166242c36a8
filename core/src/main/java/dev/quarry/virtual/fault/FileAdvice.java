package dev.quarry.virtual.fault;

import dev.quarry.machine.Cpu;
import dev.quarry.virtual.PageTables;
import dev.quarry.virtual.Pte;
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
   * Writes what is dirty. A page that only this area maps is write protected first and clean
   * afterwards; one that others map too stays dirty, and is written again next time.
   */
  int sync(Cpu cpu, MmStruct mm, long vma, long start, long end) {
    PageCache cache = cache(vma);
    if (cache == null) {
      return 0;
    }
    long first = areas.pgoffAt(vma, start);
    boolean written =
        cache.writeBack(
            cpu,
            first,
            areas.pgoffAt(vma, end),
            (index, pfn) -> {
              int others = parts.map().mapcount(pfn);
              long address = start + ((index - first) << Parts.SHIFT);
              return others - protect(cpu, mm, address, pfn) == 0;
            });
    return written ? 0 : -Errno.EIO;
  }

  /** {@code page_mkclean_one}: 1 if the entry of an address shows the page. */
  private int protect(Cpu cpu, MmStruct mm, long address, int pfn) {
    long slot = mm.tables().findSlot(address);
    if (slot == PageTables.NO_SLOT) {
      return 0;
    }
    long entry = parts.tables().entry(slot);
    if (!Pte.isMapped(entry) || parts.pfn(entry) != pfn) {
      return 0;
    }
    while (!parts.tables().replace(slot, entry, entry & ~(Pte.RW | Pte.DIRTY))) {
      entry = parts.tables().entry(slot); // the processor has just marked it
    }
    parts.tables().tlb().userRange(cpu, mm.tables(), address, 1, false);
    return 1;
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
