package dev.quarry.reclaim.compact;

import dev.quarry.physical.FreeIsolation;
import dev.quarry.physical.FreeList;
import dev.quarry.physical.MigrateType;
import dev.quarry.physical.Pageblocks;
import dev.quarry.physical.Pfn;
import dev.quarry.physical.PhysicalMemory;

/**
 * Looks in the free lists for a pageblock that is partly free already, so that fewer pages have to
 * move: {@code fast_find_migrateblock} (mm/compaction.c, 6.18). For costly orders only.
 */
final class FastMigrateSearch {
  private final Pageblocks blocks;
  private final FreeIsolation isolation;
  private final SkipHints hints;

  FastMigrateSearch(PhysicalMemory memory, FreeIsolation isolation, SkipHints hints) {
    this.blocks = memory.pageblocks();
    this.isolation = isolation;
    this.hints = hints;
  }

  /** How many blocks of lists are looked at: {@code freelist_scan_limit}. */
  static int limit(CompactControl control) {
    return (CompactControl.CLUSTER >> Math.min(Integer.SIZE - 1, control.fastSearchFail)) + 1;
  }

  private boolean applies(CompactControl control) {
    int pfn = control.migratePfn;
    boolean begins = pfn == control.zone.startPfn() || hints.isAligned(pfn);
    // A movable pageblock is not emptied for a small unmovable request.
    boolean mixes = control.direct && control.migrateType != MigrateType.MOVABLE;
    return !control.ignoreSkipHint
        && !control.finishPageblock
        && begins
        && control.order > CompactControl.COSTLY_ORDER
        && !mixes;
  }

  /** Where the migrate scanner goes on. */
  int find(CompactControl control) {
    if (!applies(control)) {
      return control.migratePfn;
    }
    int distance = (control.freePfn - control.migratePfn) >> 1;
    if (control.migratePfn != control.zone.startPfn()) {
      distance >>= 2;
    }
    int below = hints.start(control.migratePfn + distance);
    int limit = limit(control);
    int[] scanned = {0};
    int found = Pfn.NONE;
    for (int order = control.order - 1;
        order >= CompactControl.COSTLY_ORDER && found == Pfn.NONE && scanned[0] < limit;
        order--) {
      found = search(control, order, below, limit, scanned);
    }
    control.migrateScanned += scanned[0];
    if (found != Pfn.NONE) {
      control.fastSearchFail = 0;
      remember(control, found);
      return Math.max(hints.start(found), control.zone.startPfn());
    }
    control.fastSearchFail++;
    return restart(control);
  }

  private int search(CompactControl control, int order, int below, int limit, int[] scanned) {
    if (control.zone.area(order).nrFree() == 0) {
      return Pfn.NONE;
    }
    FreeList list = control.zone.area(order).list(MigrateType.MOVABLE);
    isolation.lock(control.zone);
    try {
      for (int pfn = list.first(); pfn != Pfn.NONE; pfn = list.after(pfn)) {
        if (scanned[0]++ >= limit) {
          list.turnToLast(pfn);
          return Pfn.NONE;
        }
        if (pfn < below && !blocks.skip(pfn)) {
          list.turnToLast(pfn); // the next search meets others first
          return pfn;
        }
      }
      return Pfn.NONE;
    } finally {
      isolation.unlock(control.zone);
    }
  }

  /** The lowest frame found is where a linear scan begins when the search fails. */
  private static void remember(CompactControl control, int found) {
    if (!control.fastStartUsed) {
      boolean first = control.fastStartPfn == CompactControl.NO_START;
      control.fastStartPfn = first ? found : Math.min(control.fastStartPfn, found);
    }
  }

  private static int restart(CompactControl control) {
    if (control.fastStartPfn != CompactControl.NO_START && !control.fastStartUsed) {
      control.fastStartUsed = true;
      control.migratePfn = control.fastStartPfn;
    }
    return control.migratePfn;
  }
}
