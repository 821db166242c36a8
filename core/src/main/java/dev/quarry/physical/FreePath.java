package dev.quarry.physical;

import dev.quarry.machine.Cpu;

/**
 * Everything about freeing that is not the fast path: blocks too large for per-CPU lists, further
 * references, blocks held since before boot, and misuse.
 */
final class FreePath {
  /** Flags that an owner may leave on a frame when it frees it; the rest of the state matters. */
  private static final int HARMLESS =
      PageState.HEAD
          | PageState.REFERENCED
          | PageState.UPTODATE
          | PageState.DIRTY
          | PageState.RECLAIM
          | PageState.ANON
          | PageState.SWAPCACHE
          | PageState.SWAPBACKED
          | PageState.ANON_EXCLUSIVE
          | PageState.PFMEMALLOC
          | PageState.THP
          | PageState.IDLE;

  /** Selects what must be exactly as allocated: the order, one reference, no serious flag. */
  static final long MATTERS = ~(long) HARMLESS;

  private final PhysicalMemory memory;
  private final MemMap map;
  private final Pageblocks pageblocks;
  private final FreelistWalk walk;
  private final BadPage badPage;

  FreePath(PhysicalMemory memory, FreelistWalk walk) {
    this.memory = memory;
    this.map = memory.map();
    this.pageblocks = memory.pageblocks();
    this.walk = walk;
    this.badPage = new BadPage(memory);
  }

  /**
   * Frees a block for which the fast path has no list ready: to the CPU's lists where they take its
   * order, else to the zone. CMA and high-atomic pages count as movable on a CPU's lists, so that
   * nobody gets them from there who may not have them; isolated ones never go there ({@code
   * __free_frozen_pages}).
   */
  void free(Cpu cpu, int pfn, int order) {
    memory.checkOrder(order); // one of 32 more could look like the block's
    if (cpu.takeDrainRequest()) {
      memory.drainPages(cpu);
    }
    int type = pageblocks.type(pfn);
    if (walk.usesPcp(order) && type != MigrateType.ISOLATE) {
      PerCpuPages pcp = memory.zone(pageblocks.zone(pfn)).pcp(cpu.id());
      pcp.put(pfn, order, type < MigrateType.PCPTYPES ? type : MigrateType.MOVABLE);
    } else {
      freeToZone(cpu, pfn, order);
    }
  }

  /**
   * Frees to the zone, pageblock by pageblock: {@code free_one_page}, {@code split_large_buddy}.
   */
  private void freeToZone(Cpu cpu, int pfn, int order) {
    Zone zone = memory.zone(pageblocks.zone(pfn));
    map.state(pfn, PageState.UNTOUCHED);
    int step = Math.min(order, pageblocks.order());
    zone.lock.lock();
    try {
      zone.events.lockings++;
      for (int at = pfn; at < pfn + (1 << order); at += 1 << step) {
        zone.buddy.free(at, step, pageblocks.type(at), false);
      }
    } finally {
      zone.lock.unlock();
    }
    zone.pcp(cpu.id()).freedPages += 1L << order;
  }

  /** Frees one frame to the end of the zone's list: {@code __free_pages_ok} with FPI_TO_TAIL. */
  void freeToTail(Cpu cpu, int pfn) {
    Zone zone = memory.zone(pageblocks.zone(pfn));
    map.state(pfn, PageState.UNTOUCHED);
    zone.lock.lock();
    try {
      zone.buddy.free(pfn, 0, pageblocks.type(pfn), true);
    } finally {
      zone.lock.unlock();
    }
    zone.pcp(cpu.id()).freedPages++;
  }

  /** Whether a frame heads a block of this order that is held once and in no use. */
  boolean isPlain(int pfn, int order, long state) {
    return (state & MATTERS) == PageState.allocated(order, 0) && !map.isInUse(pfn);
  }

  /** Frees a frame whose state is not that of a plain block held once. */
  boolean freeUnusual(Cpu cpu, int pfn, int order) {
    memory.checkOrder(order);
    long state = map.state(pfn);
    while (PageState.order(state) == order && isSharedOrOnLru(state)) {
      if (PageState.refcount(state) == 1) {
        if (!memory.lastReference().leaveLru(pfn)) {
          break;
        }
      } else if (map.replaceState(pfn, state, state - PageState.ONE_REFERENCE)) {
        return true;
      }
      state = map.state(pfn);
    }
    boolean last = isPlain(pfn, order, state); // others dropped theirs since the caller looked
    if (last || (state == PageState.UNTOUCHED && isHeldSinceBoot(pfn, order))) {
      free(cpu, pfn, order);
      return true;
    }
    badPage.report(pfn, reason(pfn, order, state));
    return false;
  }

  private static boolean isSharedOrOnLru(long state) {
    int references = PageState.refcount(state);
    return references > 1 || (references == 1 && (state & PageState.LRU) != 0);
  }

  /** Whether each frame of a block, in one zone, is held since before the machine booted. */
  private boolean isHeldSinceBoot(int pfn, int order) {
    if (!memory.heldSinceBoot() || (pfn & ((1 << order) - 1)) != 0) {
      return false;
    }
    Zone zone = memory.zoneOf(pfn);
    for (int at = pfn; at < pfn + (1 << order); at++) {
      if (memory.zoneOf(at) != zone || memory.kindOf(at) != FrameKind.HELD_SINCE_BOOT) {
        return false;
      }
    }
    return true;
  }

  private String reason(int pfn, int order, long state) {
    FrameKind kind = memory.kindOf(pfn);
    return switch (kind) {
      case HOLE -> "no RAM at this frame";
      case RESERVED -> "PG_reserved: the frame was never given to the allocator";
      case FREE -> "nonzero PageBuddy: the block is free already";
      case PER_CPU -> "the block is free already, on a per-CPU list";
      case ISOLATED -> "the block is isolated by compaction";
      case ALLOCATED -> allocatedReason(pfn, order, state);
      case HELD_SINCE_BOOT -> "not all of order " + order + " is held since before boot";
      case LOST -> "the frame belongs to no block";
    };
  }

  private String allocatedReason(int pfn, int order, long state) {
    int head = map.headOf(pfn, memory.spec().maxOrder());
    if (head != pfn) {
      return "tail of the block of order "
          + PageState.order(map.state(head))
          + " at pfn:"
          + Pfn.hex(head);
    }
    if (PageState.order(state) != order) {
      return "freed with order " + order + ", allocated with order " + PageState.order(state);
    }
    if (map.mapcount(pfn) != 0) {
      return "nonzero mapcount";
    }
    if (map.mapping(pfn) != 0) {
      return "non-NULL mapping";
    }
    return "PAGE_FLAGS_CHECK_AT_FREE flag(s) set";
  }

  void decay(Cpu cpu) {
    for (Zone zone : memory.zones()) {
      if (zone.isPopulated()) {
        zone.pcp(cpu.id()).decay();
      }
    }
  }

  long badPages() {
    return badPage.count();
  }
}
