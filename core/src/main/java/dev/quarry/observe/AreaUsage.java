package dev.quarry.observe;

import dev.quarry.physical.LargeFolios;
import dev.quarry.physical.MemMap;
import dev.quarry.physical.PageState;
import dev.quarry.virtual.PageTableLayout;
import dev.quarry.virtual.Pte;
import dev.quarry.virtual.TableMemory;
import dev.quarry.virtual.space.HugePageSettings;
import dev.quarry.virtual.space.MmStruct;
import dev.quarry.virtual.space.VmAreaStruct;
import dev.quarry.virtual.space.VmFlags;

/**
 * What an area's pages come to: {@code struct mem_size_stats}, {@code smaps_account}
 * (fs/proc/task_mmu.c, 6.18). Bytes; shares of pages that several map have 12 more bits.
 */
final class AreaUsage {
  static final int SHARE_SHIFT = 12;
  private static final long PAGE = PageTableLayout.PAGE_SIZE;

  long resident;
  long share;
  long shareDirty;
  long shareAnon;
  long shareFile;
  long shareShmem;
  long sharedClean;
  long sharedDirty;
  long privateClean;
  long privateDirty;
  long referenced;
  long anonymous;
  long lazyFree;
  long swap;
  long locked;
  long hugeAnon;

  /** Adds an area's pages; the lock of its address space is held. */
  void add(MmStruct mm, long vma) {
    VmAreaStruct areas = mm.spaces().areas();
    boolean isLocked = areas.has(vma, VmFlags.LOCKED);
    TableMemory tables = mm.tables().memory();
    PageTableLayout layout = tables.layout();
    MemMap map = mm.spaces().kernel().memory().map();
    LargeFolios folios = mm.spaces().kernel().memory().largeFolios();
    mm.tables()
        .forEachRun(
            areas.start(vma),
            areas.pages(vma),
            (address, slot, entries, level) -> {
              if (level > PageTableLayout.PTE_LEVEL) {
                huge(mm, tables.entry(slot), isLocked);
                return;
              }
              for (int i = 0; i < entries; i++) {
                long entry = tables.entry(slot + (long) i * layout.pointerBytes());
                if (Pte.isMapped(entry)) {
                  int pfn = (int) ((entry & layout.frameMask()) >>> PageTableLayout.PAGE_SHIFT);
                  page(map.state(pfn), folios.mapcountOf(pfn), entry, isLocked);
                } else if (entry != Pte.NONE) {
                  swap += PAGE;
                }
              }
            });
  }

  /** {@code smaps_pmd_entry}: 512 pages with one entry. */
  private void huge(MmStruct mm, long entry, boolean isLocked) {
    MemMap map = mm.spaces().kernel().memory().map();
    LargeFolios folios = mm.spaces().kernel().memory().largeFolios();
    long frame = entry & mm.tables().layout().frameMask();
    int head = (int) (frame >>> PageTableLayout.PAGE_SHIFT);
    long state = map.state(head);
    boolean anon = (PageState.flags(state) & PageState.ANON) != 0;
    hugeAnon += anon ? HugePageSettings.BYTES : 0;
    for (int pfn = head; pfn < head + HugePageSettings.FRAMES; pfn++) {
      page(state, anon ? folios.mapcountOf(pfn) : 0, entry, isLocked);
    }
  }

  private void page(long state, int mapcount, long entry, boolean isLocked) {
    int flags = PageState.flags(state);
    if ((flags & PageState.ZERO_PAGE) != 0) {
      return; // nobody's: vm_normal_page
    }
    boolean anon = (flags & PageState.ANON) != 0;
    boolean swapBacked = (flags & PageState.SWAPBACKED) != 0;
    boolean dirty = (entry & Pte.DIRTY) != 0 || (flags & PageState.DIRTY) != 0;
    boolean young = (entry & Pte.ACCESSED) != 0 || (flags & PageState.REFERENCED) != 0;
    long part = (PAGE << SHARE_SHIFT) / Math.max(1, mapcount);
    resident += PAGE;
    anonymous += anon ? PAGE : 0;
    lazyFree += anon && !swapBacked && !dirty ? PAGE : 0;
    referenced += young ? PAGE : 0;
    share += part;
    shareDirty += dirty ? part : 0;
    shareAnon += anon ? part : 0;
    shareShmem += !anon && swapBacked ? part : 0;
    shareFile += !anon && !swapBacked ? part : 0;
    locked += isLocked ? part : 0;
    boolean own = mapcount < 2;
    privateDirty += own && dirty ? PAGE : 0;
    privateClean += own && !dirty ? PAGE : 0;
    sharedDirty += !own && dirty ? PAGE : 0;
    sharedClean += !own && !dirty ? PAGE : 0;
  }
}
