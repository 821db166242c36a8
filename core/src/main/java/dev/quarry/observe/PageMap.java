package dev.quarry.observe;

import dev.quarry.physical.LargeFolios;
import dev.quarry.physical.MemMap;
import dev.quarry.physical.PageState;
import dev.quarry.virtual.PageTableLayout;
import dev.quarry.virtual.Pte;
import dev.quarry.virtual.PteState;
import dev.quarry.virtual.space.HugePageSettings;
import dev.quarry.virtual.space.MmStruct;
import dev.quarry.virtual.space.VmAreaStruct;
import dev.quarry.virtual.space.VmFlags;

/**
 * A word of {@code /proc/PID/pagemap}: {@code pte_to_pagemap_entry} (fs/proc/task_mmu.c, 6.18).
 *
 * <pre>
 *   63       62    61                    56        55     54                         0
 *  +--------+-----+---------------------+---------+------+---------------------------+
 *  |present |swap | of a file or shared |exclusive| soft | frame; or offset 54..5 and |
 *  |        |     |                     |         |dirty | type 4..0 of swap          |
 *  +--------+-----+---------------------+---------+------+---------------------------+
 * </pre>
 */
public final class PageMap {
  public static final long SOFT_DIRTY = 1L << 55;
  public static final long EXCLUSIVE = 1L << 56;
  public static final long OF_FILE = 1L << 61;
  public static final long SWAPPED = 1L << 62;
  public static final long PRESENT = 1L << 63;
  private static final int SWAP_TYPE_BITS = 5;

  private PageMap() {}

  /** The word of an address's page. */
  public static long word(MmStruct mm, long address) {
    mm.lock();
    try {
      long vma = mm.lookup(address);
      if (vma == VmAreaStruct.NONE) {
        return 0;
      }
      boolean soft = mm.spaces().areas().has(vma, VmFlags.SOFTDIRTY);
      return entry(mm, address) | (soft ? SOFT_DIRTY : 0);
    } finally {
      mm.unlock();
    }
  }

  /** What the entry says, without the area's soft-dirty mark; for who holds the lock. */
  static long entry(MmStruct mm, long address) {
    PageTableLayout layout = mm.tables().layout();
    long entry = mm.tables().leaf(address);
    return switch (PteState.of(layout, entry, PageTableLayout.PTE_LEVEL)) {
      case PteState.Absent _ -> 0;
      case PteState.Swapped swapped ->
          SWAPPED | swapped.offset() << SWAP_TYPE_BITS | swapped.type();
      case PteState.Present present -> present(mm, (int) present.frame() + offset(entry, address));
    };
  }

  /** Which frame of a huge page an address has. */
  private static int offset(long entry, long address) {
    boolean huge = (entry & Pte.PSE) != 0;
    return huge ? (int) (address >>> PageTableLayout.PAGE_SHIFT) & HugePageSettings.FRAMES - 1 : 0;
  }

  private static long present(MmStruct mm, int pfn) {
    MemMap map = mm.spaces().kernel().memory().map();
    LargeFolios folios = mm.spaces().kernel().memory().largeFolios();
    boolean part = LargeFolios.isPart(map.state(pfn));
    int flags = PageState.flags(map.state(part ? folios.head(pfn) : pfn));
    if ((flags & PageState.ZERO_PAGE) != 0) {
      return PRESENT | pfn;
    }
    long file = (flags & PageState.ANON) != 0 ? 0 : OF_FILE;
    return PRESENT | file | (folios.mapcountOf(pfn) == 1 ? EXCLUSIVE : 0) | pfn;
  }

  /** Whether a word says that the page is in memory. */
  public static boolean isPresent(long word) {
    return (word & PRESENT) != 0;
  }
}
