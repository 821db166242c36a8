package dev.quarry.virtual.fault;

import dev.quarry.physical.Gfp;
import dev.quarry.physical.Pfn;
import dev.quarry.virtual.Pte;
import dev.quarry.virtual.cache.CachedFile;
import dev.quarry.virtual.cache.PageCache;
import dev.quarry.virtual.space.VmAreaStruct;
import dev.quarry.virtual.space.VmFlags;

/**
 * First access to a page of a mapped file: {@code do_read_fault}, {@code do_cow_fault}, {@code
 * do_shared_fault} (mm/memory.c), {@code filemap_fault}, {@code filemap_map_pages} (mm/filemap.c,
 * 6.18).
 *
 * <pre>
 *   read ────────► 16 pages with it among them, as far as the cache has them; else it is read
 *   write ─┬─ private ► a copy that is the process's own
 *          └─ shared ─► the cache's page, dirty from now on
 * </pre>
 */
final class FileFault {
  private final Parts parts;
  private final VmAreaStruct areas;

  FileFault(Parts parts) {
    this.parts = parts;
    this.areas = parts.spaces().areas();
  }

  FaultLeaf resolve(VmFault fault) {
    if (!(parts.spaces().files().file(areas.file(fault.vma)) instanceof CachedFile file)) {
      return FaultLeaf.FILE_ERROR;
    }
    if (!fault.write) {
      return read(fault, file);
    }
    return Parts.isShared(fault.flags) ? sharedWrite(fault, file) : privateWrite(fault, file);
  }

  private FaultLeaf read(VmFault fault, CachedFile file) {
    PageCache cache = file.cache();
    if (file.mapsAround() && parts.spaces().settings().faultAroundPages() > 1) {
      mapAround(fault, file);
      if (parts.tables().entry(fault.slot) != Pte.NONE) {
        return FaultLeaf.FILE_AROUND;
      }
    }
    int pfn = page(fault, file);
    if (pfn < 0) {
      return failed(pfn);
    }
    parts.rmap().addFile(fault.mm, pfn);
    parts.tables().entry(fault.slot, parts.entry(pfn, bits(fault, cache)));
    return FaultLeaf.FILE_READ;
  }

  private long bits(VmFault fault, PageCache cache) {
    return parts.bits(fault.flags, !cache.isShmem());
  }

  /** The page with a reference, or what {@link PageCache#read} says. */
  private int page(VmFault fault, CachedFile file) {
    PageCache cache = file.cache();
    long index = areas.pgoffAt(fault.vma, fault.address);
    if (index >= cache.filePages()) {
      return PageCache.BEYOND_END;
    }
    boolean random = cache.isShmem() || (fault.flags & VmFlags.RAND_READ) != 0;
    int pfn = cache.find(fault.cpu, index);
    if (pfn == Pfn.NONE) {
      fault.major = !cache.isShmem() || cache.shmem().isSwapped(index);
      if (!random) {
        boolean sequential = (fault.flags & VmFlags.SEQ_READ) != 0;
        cache.ahead().onFaultMiss(fault.cpu, file.readAhead(), index, sequential);
      }
      return cache.read(fault.cpu, index);
    }
    if (!random) {
      cache.ahead().onFaultHit(fault.cpu, file.readAhead(), index);
    }
    return pfn;
  }

  private static FaultLeaf failed(int why) {
    return switch (why) {
      case PageCache.NO_MEMORY -> FaultLeaf.OUT_OF_MEMORY;
      case PageCache.BEYOND_END -> FaultLeaf.BEYOND_FILE;
      default -> FaultLeaf.FILE_ERROR;
    };
  }

  /**
   * {@code do_fault_around}: as many pages as the setting says, from the boundary below the address
   * or, if that is higher, from the begin of the area; not behind the area's end or the table's.
   *
   * <pre>
   *   boundary      area begins    address
   *      |             [ x  x  x  x  A  x  x  x  x  x  x  x  x  x  x  x ]     16 from the begin
   * </pre>
   */
  private void mapAround(VmFault fault, CachedFile file) {
    PageCache cache = file.cache();
    int found = 0;
    long end = Math.min(cache.filePages(), Long.MAX_VALUE >>> Parts.SHIFT);
    long window = parts.spaces().settings().faultAroundPages() * Parts.PAGE;
    long table = parts.tables().layout().largeBytes();
    long from = Math.max(areas.start(fault.vma), fault.address & -window);
    long to = Math.min(Math.min(areas.end(fault.vma), from + window), (from & -table) + table);
    long bits = bits(fault, cache);
    int step = parts.tables().layout().pointerBytes();
    for (long at = from; at < to; at += Parts.PAGE) {
      long slot = fault.slot + (at - fault.address) / Parts.PAGE * step;
      long index = areas.pgoffAt(fault.vma, at);
      boolean empty = index < end && parts.tables().entry(slot) == Pte.NONE;
      if (empty && !cache.ahead().isMarked(index)) {
        int pfn = cache.find(fault.cpu, index);
        if (pfn != Pfn.NONE) {
          parts.rmap().addFile(fault.mm, pfn);
          parts.tables().entry(slot, parts.entry(pfn, bits));
          if ((fault.flags & VmFlags.LOCKED) != 0) {
            parts.lru().lock(fault.cpu, pfn);
          }
          found++;
        }
      }
    }
    file.readAhead().faultHits(found);
  }

  private FaultLeaf privateWrite(VmFault fault, CachedFile file) {
    if (!parts.spaces().anonVmas().prepare(fault.cpu, fault.vma)) {
      return FaultLeaf.OUT_OF_MEMORY;
    }
    int copy = parts.allocator().allocPage(fault.cpu, Gfp.GFP_HIGHUSER_MOVABLE);
    if (copy == Pfn.NONE) {
      return FaultLeaf.OUT_OF_MEMORY;
    }
    int pfn = page(fault, file);
    if (pfn < 0) {
      parts.allocator().freePage(fault.cpu, copy);
      return failed(pfn);
    }
    parts.contents().copy(parts, pfn, copy);
    parts.allocator().freePage(fault.cpu, pfn);
    parts.rmap().newAnon(fault, copy);
    long entry = parts.entry(copy, bits(fault, file.cache()));
    parts.tables().entry(fault.slot, Parts.written(entry, fault.flags));
    return FaultLeaf.PRIVATE_WRITE;
  }

  private FaultLeaf sharedWrite(VmFault fault, CachedFile file) {
    PageCache cache = file.cache();
    int pfn = page(fault, file);
    if (pfn < 0) {
      return failed(pfn);
    }
    cache.markDirty(pfn);
    parts.rmap().addFile(fault.mm, pfn);
    long entry = parts.entry(pfn, bits(fault, cache));
    parts.tables().entry(fault.slot, Parts.written(entry, fault.flags));
    return FaultLeaf.SHARED_WRITE;
  }
}
