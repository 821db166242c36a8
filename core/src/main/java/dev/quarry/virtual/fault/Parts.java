package dev.quarry.virtual.fault;

import dev.quarry.machine.Cpu;
import dev.quarry.machine.Ram;
import dev.quarry.physical.MemMap;
import dev.quarry.physical.PageAllocator;
import dev.quarry.physical.Pfn;
import dev.quarry.physical.PhysicalMemory;
import dev.quarry.virtual.PageTableLayout;
import dev.quarry.virtual.Pte;
import dev.quarry.virtual.TableMemory;
import dev.quarry.virtual.cache.PageCaches;
import dev.quarry.virtual.cache.PageLru;
import dev.quarry.virtual.space.AddressSpaces;
import dev.quarry.virtual.space.VmFlags;

/**
 * What all that resolve faults share.
 *
 * @param zeroPfn the frame of zeros that all may read: {@code empty_zero_page}
 */
record Parts(
    AddressSpaces spaces,
    PhysicalMemory memory,
    PageAllocator allocator,
    Ram ram,
    TableMemory tables,
    PageRmap rmap,
    PageCaches caches,
    PageContents contents,
    int zeroPfn) {
  static final int SHIFT = PageTableLayout.PAGE_SHIFT;
  static final long PAGE = PageTableLayout.PAGE_SIZE;

  MemMap map() {
    return memory.map();
  }

  /** The frame that an entry shows. */
  int pfn(long entry) {
    return (int) ((entry & tables.layout().frameMask()) >>> SHIFT);
  }

  /** The frame that an entry shows, or {@link Pfn#NONE}. */
  int pfnIfMapped(long entry) {
    return Pte.isMapped(entry) ? pfn(entry) : Pfn.NONE;
  }

  /** Who keeps lists of user pages. */
  PageLru lru() {
    return caches.lru();
  }

  /** A fresh frame for a private page, which counts for whose fault it is; or NONE. */
  int newPage(Cpu cpu, int gfp) {
    int pfn = allocator.allocPage(cpu, gfp);
    if (pfn == Pfn.NONE || lru().charge(cpu, pfn, gfp)) {
      return pfn;
    }
    allocator.freePage(cpu, pfn);
    return Pfn.NONE;
  }

  /** Frees one that is not needed after all. */
  void dropNew(Cpu cpu, int pfn) {
    lru().uncharge(pfn);
    allocator.freePage(cpu, pfn);
  }

  /** An entry that shows a frame. */
  long entry(int pfn, long bits) {
    return (long) pfn << SHIFT | bits;
  }

  /**
   * What an entry of an area allows at first: {@code vm_page_prot}. Private pages are write
   * protected, so that a write is seen and they are copied.
   *
   * @param notify whether writes must be seen too where the area is shared, as the page then is to
   *     be written to its file
   */
  long bits(long vmFlags, boolean notify) {
    long bits = Pte.USER | Pte.ACCESSED;
    bits |= (vmFlags & VmFlags.ACCESS) != 0 ? Pte.PRESENT : Pte.PROTNONE;
    bits |= (vmFlags & VmFlags.EXEC) != 0 ? 0 : Pte.NX;
    boolean sharedWrite = isShared(vmFlags) && (vmFlags & VmFlags.WRITE) != 0;
    bits |= sharedWrite && !notify ? Pte.RW : 0;
    return Pte.flags(tables.layout(), bits);
  }

  static boolean isShared(long vmFlags) {
    return (vmFlags & VmFlags.SHARED) != 0;
  }

  /** An entry of an area that is written now: {@code maybe_mkwrite}, dirty. */
  static long written(long entry, long vmFlags) {
    long writable = (vmFlags & VmFlags.WRITE) != 0 ? Pte.RW : 0;
    return entry | Pte.DIRTY | Pte.ACCESSED | writable;
  }
}
