package dev.quarry.reclaim.compact;

import dev.quarry.physical.FreeIsolation;
import dev.quarry.physical.MemMap;
import dev.quarry.physical.MigrateType;
import dev.quarry.physical.PageState;
import dev.quarry.physical.Pageblocks;
import dev.quarry.physical.Pfn;
import dev.quarry.physical.PhysicalMemory;
import dev.quarry.physical.VmEvent;
import dev.quarry.physical.Zone;

/**
 * Comes down from the end of a zone and takes free blocks off the lists: {@code isolate_freepages},
 * {@code isolate_freepages_block}, {@code compaction_alloc} (mm/compaction.c, 6.18).
 *
 * <pre>
 *    migrate scanner ─►  |      |      |      |  ◄─ free scanner, pageblock by pageblock,
 *                        within one, upwards:  x.x..x─►
 * </pre>
 */
final class FreeScanner {
  private final PhysicalMemory memory;
  private final MemMap map;
  private final Pageblocks blocks;
  private final FreeIsolation isolation;
  private final SkipHints hints;
  private final FastFreeSearch fast;

  FreeScanner(PhysicalMemory memory, FreeIsolation isolation, SkipHints hints) {
    this.memory = memory;
    this.map = memory.map();
    this.blocks = memory.pageblocks();
    this.isolation = isolation;
    this.hints = hints;
    this.fast = new FastFreeSearch(memory, isolation, hints, this);
  }

  /** A frame to move a page to, which the caller holds; {@link Pfn#NONE} if none is left. */
  int allocate(CompactControl control) {
    int order = smallest(control);
    if (order < 0) {
      isolate(control);
      order = smallest(control);
      if (order < 0) {
        return Pfn.NONE;
      }
    }
    int pfn = control.freeBlocks[order].removeFirst();
    for (; order > 0; order--) {
      control.freeBlocks[order - 1].addFirst(isolation.split(pfn, order));
    }
    control.nrFreePages--;
    isolation.take(control.zone, pfn);
    return pfn;
  }

  private static int smallest(CompactControl control) {
    for (int order = 0; order < control.freeBlocks.length; order++) {
      if (!control.freeBlocks[order].isEmpty()) {
        return order;
      }
    }
    return -1;
  }

  /** A frame was not needed after all: {@code compaction_free}. */
  void putBack(CompactControl control, int pfn) {
    isolation.giveBack(control.zone, pfn);
    control.freeBlocks[0].addFirst(pfn);
    control.nrFreePages++;
  }

  /** Frees what was not needed; the highest frame of it, or {@link Pfn#NONE}. */
  int release(CompactControl control) {
    int highest = Pfn.NONE;
    for (int order = 0; order < control.freeBlocks.length; order++) {
      FrameQueue queue = control.freeBlocks[order];
      while (!queue.isEmpty()) {
        int pfn = queue.removeFirst();
        isolation.release(control.cpu, control.zone, pfn, order);
        highest = Math.max(highest, pfn);
      }
    }
    control.nrFreePages = 0;
    return highest;
  }

  private void isolate(CompactControl control) {
    fast.isolate(control);
    if (control.nrFreePages == 0) {
      control.freePfn = scanDown(control);
    }
  }

  /** Returns where the scanner goes on. */
  private int scanDown(CompactControl control) {
    Zone zone = control.zone;
    int from = control.freePfn;
    int block = hints.start(from);
    int end = Math.min(block + blocks.pages(), zone.endPfn());
    int low = hints.end(control.migratePfn);
    int stride = control.isAsync() ? CompactControl.CLUSTER : 1;
    while (block >= low) {
      if (isTarget(control, block)) {
        int before = (int) control.nrFreePages;
        from = isolateBlock(control, from, end, stride);
        if (from == end) {
          hints.freeDone(control, block);
        }
        if (control.hasEnoughFree()) {
          return from >= end ? block - blocks.pages() : from;
        }
        if (from < end) {
          return from; // the zone is at its min mark
        }
        stride = before < control.nrFreePages ? 1 : Math.min(CompactControl.CLUSTER, stride << 1);
      }
      end = block;
      block -= blocks.pages();
      from = block;
    }
    return from;
  }

  /** {@code suitable_migration_target}, and the hint. */
  private boolean isTarget(CompactControl control, int block) {
    int first = Math.max(block, control.zone.startPfn());
    if (!hints.isOf(control.zone, first)) {
      return false;
    }
    long state = map.state(first);
    int large = control.order > 0 ? control.order : blocks.order();
    if (PageState.isBuddy(state) && PageState.order(state) >= large) {
      return false;
    }
    int type = blocks.type(first);
    boolean movable = type == MigrateType.MOVABLE || type == MigrateType.CMA;
    return (control.ignoreBlockType || movable) && hints.isWorth(control, first);
  }

  /**
   * Takes free blocks between two frames of a pageblock.
   *
   * @param stride every so many frames are looked at
   * @return how far it came: the end, if there are not enough yet and the zone can give more
   */
  int isolateBlock(CompactControl control, int from, int end, int stride) {
    Zone zone = control.zone;
    boolean locked = false;
    int scanned = 0;
    int taken = 0;
    int pfn = from;
    while (pfn < end) {
      scanned++;
      long state = map.state(pfn);
      if (PageState.isBuddy(state) && !locked) {
        lock(control);
        locked = true;
        state = map.state(pfn);
      }
      int order = PageState.order(state);
      if (!PageState.isBuddy(state)) {
        int rest = (state & PageState.HEAD) != 0 && order > 0 ? (1 << order) - 1 : 0;
        scanned += rest;
        pfn += rest + stride;
        continue;
      }
      int frames = isolation.isolate(zone, pfn, order);
      if (frames == 0) {
        break;
      }
      scanned += frames - 1;
      taken += frames;
      control.addFree(pfn, order);
      if (control.hasEnoughFree()) {
        pfn += frames;
        break;
      }
      pfn += frames - 1 + stride;
    }
    if (locked) {
      isolation.unlock(zone);
    }
    control.freeScanned += scanned;
    memory.events().count(control.cpu.id(), VmEvent.COMPACT_ISOLATED, taken);
    return Math.min(pfn, end);
  }

  /** {@code compact_lock_irqsave}: async, it is noted if the lock was not free. */
  private void lock(CompactControl control) {
    if (control.isAsync() && !control.contended) {
      if (isolation.tryLock(control.zone)) {
        return;
      }
      control.contended = true;
    }
    isolation.lock(control.zone);
  }
}
