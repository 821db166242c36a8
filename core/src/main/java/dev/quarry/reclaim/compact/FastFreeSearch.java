package dev.quarry.reclaim.compact;

import dev.quarry.physical.FreeIsolation;
import dev.quarry.physical.FreeList;
import dev.quarry.physical.MigrateType;
import dev.quarry.physical.Pageblocks;
import dev.quarry.physical.Pfn;
import dev.quarry.physical.PhysicalMemory;
import dev.quarry.physical.VmEvent;
import dev.quarry.physical.Zone;

/**
 * Looks for a free block near the free scanner in the free lists, before pageblocks are gone over:
 * {@code fast_isolate_freepages}, {@code fast_isolate_around} (mm/compaction.c, 6.18).
 *
 * <pre>
 *   migrate ├──────────────┼ min ─────────┼ low ────────┤ free
 *             half of the way │ will do     │ is wanted   │
 * </pre>
 */
final class FastFreeSearch {
  private final PhysicalMemory memory;
  private final Pageblocks blocks;
  private final FreeIsolation isolation;
  private final SkipHints hints;
  private final FreeScanner scanner;

  FastFreeSearch(
      PhysicalMemory memory, FreeIsolation isolation, SkipHints hints, FreeScanner scanner) {
    this.memory = memory;
    this.blocks = memory.pageblocks();
    this.isolation = isolation;
    this.hints = hints;
    this.scanner = scanner;
  }

  /** One search over the lists of several orders. */
  private final class Search {
    private final CompactControl control;
    private final int low;
    private final int min;
    private final boolean begins;
    private int limit;
    private int scanned;
    private int highest;
    private int page = Pfn.NONE;

    Search(CompactControl control) {
      this.control = control;
      int distance = control.freePfn - control.migratePfn;
      this.low = hints.start(control.freePfn - (distance >> 2));
      this.min = hints.start(control.freePfn - (distance >> 1));
      this.begins = control.freePfn >= control.zone.compaction().initFree();
      this.limit =
          begins ? blocks.pages() >> 1 : Math.max(1, FastMigrateSearch.limit(control) >> 1);
    }

    void run() {
      control.searchOrder = Math.min(control.order - 1, control.searchOrder);
      for (int order = control.searchOrder; page == Pfn.NONE && order >= 0; order = next(order)) {
        if (control.zone.area(order).nrFree() == 0) {
          continue;
        }
        int before = scanned;
        boolean goesOn = list(order);
        if (!goesOn || control.hasEnoughFree()) {
          break;
        }
        if (scanned - before >= limit) {
          limit = Math.max(1, limit >> 1);
        }
      }
    }

    /** Orders are searched in turns: {@code next_search_order}. */
    private int next(int order) {
      int next = order - 1 < 0 ? control.order - 1 : order - 1;
      if (next == control.searchOrder) {
        control.searchOrder =
            control.searchOrder - 1 < 0 ? control.order - 1 : control.searchOrder - 1;
        return -1;
      }
      return next;
    }

    /** Returns whether to go on with other orders. */
    private boolean list(int order) {
      Zone zone = control.zone;
      FreeList list = zone.area(order).list(MigrateType.MOVABLE);
      isolation.lock(zone);
      try {
        int candidate = choose(list, order);
        if (candidate == Pfn.NONE) {
          return true;
        }
        int frames = isolation.isolate(zone, candidate, order);
        if (frames == 0) {
          return false; // the zone is at its min mark
        }
        page = candidate;
        scanned += frames - 1;
        control.addFree(candidate, order);
        memory.events().count(control.cpu.id(), VmEvent.COMPACT_ISOLATED, frames);
        return true;
      } finally {
        isolation.unlock(zone);
      }
    }

    /** The first block from the tail that lies high, or the highest of those that will do. */
    private int choose(FreeList list, int order) {
      int best = Pfn.NONE;
      int last = Pfn.NONE;
      int looked = 0;
      for (int pfn = list.last(); pfn != Pfn.NONE; pfn = list.before(pfn)) {
        looked++;
        scanned++;
        highest = Math.max(highest, Math.max(hints.start(pfn), control.zone.startPfn()));
        if (pfn >= low) {
          control.fastSearchFail = 0;
          control.searchOrder = order;
          list.turnToFirst(pfn);
          return pfn;
        }
        if (pfn >= min && pfn > best) {
          best = pfn;
          limit >>= 1;
        }
        if (looked >= limit) {
          last = pfn;
          break;
        }
      }
      int turn = best == Pfn.NONE ? last : best;
      if (turn != Pfn.NONE) {
        list.turnToFirst(turn); // the next search meets others first
      }
      return best;
    }

    /** Without a block: where the scanner begins, at the zone's start. */
    private void fallBack() {
      control.fastSearchFail++;
      if (begins && highest >= min) {
        page = highest;
        control.freePfn = highest;
      } else if (begins && control.direct) {
        page = hints.isOf(control.zone, min) ? min : Pfn.NONE;
        control.freePfn = min;
      }
    }
  }

  /** Takes a block of the lists, and what is free around it. */
  void isolate(CompactControl control) {
    if (control.order <= 0) {
      return;
    }
    Search search = new Search(control);
    search.run();
    if (search.page == Pfn.NONE) {
      search.fallBack();
    }
    int cached = control.zone.compaction().cachedFree();
    if (search.highest != 0 && search.highest >= cached) {
      control.zone.compaction().cachedFree(search.highest - blocks.pages());
    }
    control.freeScanned += search.scanned;
    if (search.page != Pfn.NONE) {
      around(control, search.page);
    }
  }

  private void around(CompactControl control, int pfn) {
    boolean least = control.direct && control.isAsync();
    if (control.hasEnoughFree() || least) {
      return;
    }
    int start = Math.max(hints.start(pfn), control.zone.startPfn());
    int end = Math.min(hints.end(pfn), control.zone.endPfn());
    if (hints.isOf(control.zone, start) && scanner.isolateBlock(control, start, end, 1) == end) {
      hints.set(start);
    }
  }
}
