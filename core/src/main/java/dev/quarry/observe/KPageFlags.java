package dev.quarry.observe;

import dev.quarry.physical.FrameKind;
import dev.quarry.physical.LargeFolios;
import dev.quarry.physical.MemMap;
import dev.quarry.physical.PageState;
import dev.quarry.physical.PhysicalMemory;

/**
 * {@code /proc/kpageflags}: the flags of each frame, numbered as in
 * include/uapi/linux/kernel-page-flags.h. What {@code stable_page_flags} (fs/proc/page.c, 6.18)
 * computes:
 *
 * <pre>
 *   no descriptor         NOPAGE
 *   reserved, or a hole   RESERVED                  (a hole in a section that has RAM)
 *   in a free block       BUDDY                     head and body alike
 *   on a per-CPU list     0
 *   allocated             flags of its own; in a compound block those of the head,
 *                         and COMPOUND_HEAD or COMPOUND_TAIL; MMAP when mapped
 * </pre>
 */
final class KPageFlags implements PageWords.Word {
  static final long MMAP = 1L << 11;
  static final long COMPOUND_TAIL = 1L << 16;
  static final long NOPAGE = 1L << 20;
  static final long PRIVATE = 1L << 35;
  static final long RESERVED = 1L << 32;

  private final PhysicalMemory memory;
  private final MemMap map;
  private final Sections sections;

  KPageFlags(PhysicalMemory memory) {
    this.memory = memory;
    this.map = memory.map();
    this.sections = new Sections(memory);
  }

  @Override
  public long of(int pfn) {
    FrameKind kind = memory.kindOf(pfn);
    return switch (kind) {
      case HOLE -> sections.isOnline(pfn) ? RESERVED : NOPAGE;
      case RESERVED -> RESERVED;
      case FREE -> PageState.BUDDY;
      case PER_CPU, ISOLATED, HELD_SINCE_BOOT, LOST -> 0;
      case ALLOCATED -> allocated(pfn);
    };
  }

  private long allocated(int pfn) {
    int head = map.headOf(pfn, memory.spec().maxOrder());
    long state = map.state(head);
    if ((PageState.flags(state) & PageState.HEAD) == 0) {
      return own(pfn) | (map.mapcount(pfn) > 0 ? MMAP : 0);
    }
    long flags = own(head);
    if (pfn != head) {
      flags = (flags & ~(long) PageState.HEAD) | COMPOUND_TAIL;
    }
    return flags | (isMapped(head, PageState.order(state)) ? MMAP : 0);
  }

  /** The flags of a frame; swap-cached is shown on swap-backed frames only, as there. */
  private long own(int pfn) {
    int flags = PageState.flags(map.state(pfn)) & PageState.KPF_MASK;
    long shown = (flags & PageState.SWAPBACKED) == 0 ? flags & ~PageState.SWAPCACHE : flags;
    return hasBuffers(pfn, flags) ? shown | PRIVATE : shown;
  }

  /** Of a page of a file, which is no private one nor in swap, the word says its buffers. */
  private boolean hasBuffers(int pfn, int flags) {
    int others = PageState.ANON | PageState.SWAPCACHE | PageState.SLAB | PageState.HEAD;
    return (flags & others) == 0 && map.mapping(pfn) != 0 && map.privateWord(pfn) != 0;
  }

  /** {@code folio_mapped}: whether anything maps any frame of a block. */
  private boolean isMapped(int head, int order) {
    LargeFolios folios = memory.largeFolios();
    if (folios.isMappedBlock(head)) {
      return folios.mapcount(head) > 0;
    }
    for (int pfn = head; pfn < head + (1 << order); pfn++) {
      if (map.mapcount(pfn) > 0) {
        return true;
      }
    }
    return false;
  }
}
