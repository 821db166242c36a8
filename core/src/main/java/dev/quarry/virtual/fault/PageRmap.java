package dev.quarry.virtual.fault;

import dev.quarry.machine.Cpu;
import dev.quarry.physical.LargeFolios;
import dev.quarry.physical.MemMap;
import dev.quarry.physical.NodeStat;
import dev.quarry.physical.PageState;
import dev.quarry.physical.Pfn;
import dev.quarry.virtual.cache.NodeCounts;
import dev.quarry.virtual.cache.PageLru;
import dev.quarry.virtual.space.AddressSpaces;
import dev.quarry.virtual.space.HugePageSettings;
import dev.quarry.virtual.space.MmStruct;
import dev.quarry.virtual.space.RssKind;
import dev.quarry.virtual.space.VmFlags;

/**
 * Who maps a frame: mapcounts, the owner in the descriptor, and what is counted by them (mm/rmap.c,
 * 6.18).
 *
 * <p>Equation: a frame's mapcount is the number of entries that show it; its reference count is
 * that, and one more if a cache has it, and one for each other holder.
 *
 * <pre>
 *   private page   mapping = number of its anon_vma's place in the direct map, index = its page
 *   file's page    mapping = handle of its cache, index = its place in the file
 * </pre>
 *
 * <p>Of an index the lower 32 bits are kept: differences within an area are right all the same.
 */
final class PageRmap {
  /** log2 of the bytes that anon_vma objects are aligned to. */
  private static final int ANON_VMA_SHIFT = 6;

  private static final int NEW_ANON =
      PageState.ANON | PageState.SWAPBACKED | PageState.UPTODATE | PageState.ANON_EXCLUSIVE;

  private final MemMap map;
  private final NodeCounts counts;
  private final AddressSpaces spaces;
  private final long directBase;
  private PageLru lru = PageLru.NONE;
  private final LargeRmap large;

  PageRmap(AddressSpaces spaces, NodeCounts counts) {
    this.spaces = spaces;
    this.counts = counts;
    this.map = spaces.kernel().memory().map();
    this.large = new LargeRmap(spaces.kernel().memory(), counts);
    this.directBase = spaces.allocator().directMap().base();
  }

  /** Says who keeps lists of user pages. */
  void lru(PageLru keeper) {
    lru = keeper;
  }

  /** What a frame is counted as in an address space: {@code mm_counter}. */
  RssKind kind(int pfn) {
    return kind(map.state(pfn));
  }

  /** The same by the state of its descriptor. */
  static RssKind kind(long state) {
    int flags = PageState.flags(state);
    if ((flags & PageState.ANON) != 0) {
      return RssKind.ANON;
    }
    return (flags & PageState.SWAPBACKED) != 0 ? RssKind.SHMEM : RssKind.FILE;
  }

  boolean isAnon(int pfn) {
    return (PageState.flags(map.state(pfn)) & PageState.ANON) != 0;
  }

  /** The handle of an area's anon_vma in the descriptors of its pages. */
  int handle(long vma) {
    return handleOf(spaces.areas().anonVma(vma));
  }

  private int handleOf(long anonVma) {
    return (int) ((anonVma - directBase) >>> ANON_VMA_SHIFT);
  }

  /** The anon_vma of a private page, by the kernel's address: {@code folio_anon_vma}. */
  long anonVma(int pfn) {
    int holder = spaces.kernel().memory().largeFolios().holder(pfn);
    return directBase + ((map.mapping(holder) & 0xFFFF_FFFFL) << ANON_VMA_SHIFT);
  }

  /** Makes a fresh page a private one that an area maps once: {@code folio_add_new_anon_rmap}. */
  void newAnon(VmFault fault, int pfn) {
    int index = (int) spaces.areas().pgoffAt(fault.vma, fault.address);
    boolean isKept = (fault.flags & VmFlags.DROPPABLE) == 0;
    int flags = isKept ? NEW_ANON : NEW_ANON & ~PageState.SWAPBACKED;
    map.enterMapped(pfn, flags, handle(fault.vma), index);
    fault.mm.addRss(RssKind.ANON, 1);
    counts.add(fault.cpu, pfn, NodeStat.NR_ANON_PAGES, 1);
    lru.add(fault.cpu, pfn);
  }

  /**
   * An entry of an area maps a page of the swap cache: {@code folio_add_anon_rmap_pte}. One that
   * was mapped nowhere and is not to be the area's alone belongs to all of its family.
   */
  void swappedIn(VmFault fault, int pfn, boolean exclusive) {
    if (map.mapcount(pfn) == 0) {
      long own = spaces.areas().anonVma(fault.vma);
      map.mapping(pfn, handleOf(exclusive ? own : spaces.anonVmas().root(own)));
      map.index(pfn, (int) spaces.areas().pgoffAt(fault.vma, fault.address));
    }
    map.changeFlags(
        pfn, exclusive ? 0 : PageState.ANON_EXCLUSIVE, exclusive ? PageState.ANON_EXCLUSIVE : 0);
    fault.mm.addRss(RssKind.ANON, 1);
    if (map.addMapcount(pfn, 1) == 1) {
      counts.add(fault.cpu, pfn, NodeStat.NR_ANON_PAGES, 1);
    }
  }

  /** Who maps huge pages. */
  LargeRmap large() {
    return large;
  }

  /** The page is one area's alone from now on: {@code folio_move_anon_rmap}. */
  void moveAnon(long vma, int pfn) {
    map.mapping(pfn, handle(vma));
    map.changeFlags(pfn, 0, PageState.ANON_EXCLUSIVE);
  }

  /** An entry of an address space maps a page of a file: {@code folio_add_file_rmap_pte}. */
  void addFile(MmStruct mm, int pfn) {
    mm.addRss(kind(pfn), 1);
    if (map.addMapcount(pfn, 1) == 1) {
      counts.add(pfn, NodeStat.NR_MAPPED, 1);
    }
  }

  /** An entry less maps a page: {@code folio_remove_rmap_pte}. The reference is the caller's. */
  void remove(Cpu cpu, MmStruct mm, int pfn) {
    long state = map.state(pfn);
    RssKind kind = kind(state);
    mm.addRss(kind, -1);
    if ((PageState.flags(state) & PageState.ANON_EXCLUSIVE) != 0) {
      map.leaveMapped(pfn); // its one entry is in the address space whose lock is held
      counts.add(cpu, pfn, NodeStat.NR_ANON_PAGES, -1);
    } else if (map.addMapcount(pfn, -1) == 0) {
      boolean anon = kind == RssKind.ANON;
      counts.add(cpu, pfn, anon ? NodeStat.NR_ANON_PAGES : NodeStat.NR_MAPPED, -1);
      if (anon) {
        map.mapping(pfn, 0);
      }
    }
  }

  /** An entry less shows a page, or a frame of a huge one, and its reference goes with it. */
  void release(Cpu cpu, MmStruct mm, int pfn) {
    if (LargeFolios.isPart(map.state(pfn))) {
      int head = large.removeSmall(cpu, mm, pfn);
      if (head != Pfn.NONE) {
        spaces.allocator().freePages(cpu, head, HugePageSettings.ORDER);
        return;
      }
    }
    remove(cpu, mm, pfn);
    spaces.allocator().freePage(cpu, pfn);
  }

  NodeCounts counts() {
    return counts;
  }
}
