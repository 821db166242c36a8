package dev.quarry.reclaim.compact;

import dev.quarry.physical.MemMap;
import dev.quarry.physical.MigrateType;
import dev.quarry.physical.PageState;
import dev.quarry.physical.Pageblocks;
import dev.quarry.physical.Pfn;
import dev.quarry.physical.PhysicalMemory;
import dev.quarry.physical.Zone;
import dev.quarry.physical.ZoneCompaction;

/**
 * Which pageblocks scanners pass over, and where they begin: {@code isolation_suitable}, {@code
 * update_cached_migrate}, {@code __reset_isolation_suitable} (mm/compaction.c, 6.18).
 */
final class SkipHints {
  /** Every eighth page is looked at to see whether a pageblock is worth another visit. */
  private static final int SAMPLE = 1 << CompactControl.COSTLY_ORDER;

  private final MemMap map;
  private final Pageblocks blocks;
  private final int maxOrder;

  SkipHints(PhysicalMemory memory) {
    this.map = memory.map();
    this.blocks = memory.pageblocks();
    this.maxOrder = memory.spec().maxOrder();
  }

  int start(int pfn) {
    return pfn & -blocks.pages();
  }

  int end(int pfn) {
    return start(pfn) + blocks.pages();
  }

  boolean isAligned(int pfn) {
    return start(pfn) == pfn;
  }

  /** Whether a pageblock, or the part of it that the zone has, is the zone's. */
  boolean isOf(Zone zone, int pfn) {
    return zone.spans(pfn) && blocks.zone(pfn) == zone.number();
  }

  /** Whether a scanner should look into the pageblock of a frame. */
  boolean isWorth(CompactControl control, int pfn) {
    return control.ignoreSkipHint || !blocks.skip(pfn);
  }

  /** Marks a pageblock; whether it was marked. */
  boolean testAndSet(CompactControl control, int pfn) {
    if (control.ignoreSkipHint) {
      return false;
    }
    boolean before = blocks.skip(pfn);
    blocks.skip(pfn, true);
    return before;
  }

  void set(int pfn) {
    blocks.skip(pfn, true);
  }

  /** The migrate scanner has done with the pageblock that ends at a frame, or holds it. */
  void migratedUpTo(CompactControl control, int pfn) {
    ZoneCompaction zone = control.zone.compaction();
    int next = end(pfn);
    if (next > zone.cachedMigrate(false)) {
      zone.cachedMigrate(false, next);
    }
    if (!control.isAsync() && next > zone.cachedMigrate(true)) {
      zone.cachedMigrate(true, next);
    }
  }

  /** The free scanner has done with a pageblock: {@code update_pageblock_skip}. */
  void freeDone(CompactControl control, int block) {
    blocks.skip(block, true);
    ZoneCompaction zone = control.zone.compaction();
    int next = block - blocks.pages();
    if (next < zone.cachedFree()) {
      zone.cachedFree(next);
    }
  }

  /** A block of at least a pageblock that somebody holds cannot become free in parts. */
  boolean isPersistent(int pfn) {
    int head = map.headOf(pfn, maxOrder);
    long state = head == Pfn.NONE ? PageState.UNTOUCHED : map.state(head);
    return PageState.isAllocated(state)
        && (state & PageState.HEAD) != 0
        && PageState.order(state) >= blocks.order();
  }

  /** Clears the hints of a zone that was gone over in vain, where there is something to find. */
  void reset(Zone zone) {
    ZoneCompaction state = zone.compaction();
    if (!state.flushSkips()) {
      return;
    }
    state.flushSkips(false);
    int migrate = zone.startPfn();
    int free = zone.endPfn() - 1;
    int resetMigrate = free;
    int resetFree = migrate;
    boolean sourceSet = false;
    boolean freeSet = false;
    for (; migrate < free; migrate += blocks.pages(), free -= blocks.pages()) {
      if (clear(zone, migrate, true, sourceSet) && migrate < resetMigrate) {
        sourceSet = true;
        resetMigrate = migrate;
        state.init(migrate, -1);
        state.cachedMigrate(false, migrate);
        state.cachedMigrate(true, migrate);
      }
      if (clear(zone, free, freeSet, true) && free > resetFree) {
        freeSet = true;
        resetFree = free;
        state.init(-1, free);
        state.cachedFree(free);
      }
    }
    if (resetMigrate >= resetFree) {
      state.cachedMigrate(false, migrate);
      state.cachedMigrate(true, migrate);
      state.cachedFree(free);
    }
  }

  /** {@code __reset_isolation_pfn}; whether the pageblock is worth a visit. */
  private boolean clear(Zone zone, int pfn, boolean source, boolean target) {
    if (!isOf(zone, pfn) || isPersistent(pfn)) {
      return false;
    }
    if (source && target && !blocks.skip(pfn)) {
      return true;
    }
    if (!source && target && blocks.type(pfn) != MigrateType.MOVABLE) {
      return false;
    }
    int last = Math.min(end(pfn), zone.endPfn()) - 1;
    for (int at = Math.max(start(pfn), zone.startPfn()); at <= last; at += SAMPLE) {
      int flags = PageState.flags(map.state(at));
      boolean found =
          (source && (flags & PageState.LRU) != 0) || (target && (flags & PageState.BUDDY) != 0);
      if (found) {
        blocks.skip(at, false);
        return true;
      }
    }
    return false;
  }
}
