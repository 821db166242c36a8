package dev.quarry.reclaim.compact;

import dev.quarry.machine.Cpu;
import dev.quarry.physical.CompactResult;
import dev.quarry.physical.Gfp;
import dev.quarry.physical.Zone;

/** One run over one zone: {@code struct compact_control} (mm/internal.h, 6.18). */
final class CompactControl {
  /** The order of a run that is to compact all, with no request behind it. */
  static final int WHOLE = -1;

  /** COMPACT_CLUSTER_MAX: pages that are moved at a time. */
  static final int CLUSTER = 32;

  /** PAGE_ALLOC_COSTLY_ORDER. */
  static final int COSTLY_ORDER = 3;

  /** No block was chosen by a fast search yet. */
  static final int NO_START = -1;

  /** How long a run may wait: {@code enum migrate_mode}. */
  enum Mode {
    ASYNC,
    SYNC_LIGHT,
    SYNC
  }

  final Cpu cpu;
  final Zone zone;
  final int order;
  final Mode mode;
  int gfp = Gfp.GFP_KERNEL;
  int migrateType;
  int allocFlags;
  int highestZone;

  /** A request does it, rather than a daemon. */
  boolean direct;

  boolean wholeZone;
  boolean ignoreSkipHint;
  boolean ignoreBlockType;
  boolean proactive;

  /** Where the scanners are. */
  int migratePfn;

  int freePfn;

  /** The lowest frame that fast searches found, or {@link #NO_START}; used once. */
  int fastStartPfn = NO_START;

  boolean fastStartUsed;
  int fastSearchFail;
  int searchOrder;
  boolean finishPageblock;

  /** A lock was not free. */
  boolean contended;

  /** Pages to move. */
  final FrameQueue migratePages = new FrameQueue();

  /** Free blocks by order, and how many pages they are. */
  final FrameQueue[] freeBlocks;

  long nrFreePages;
  long migrateScanned;
  long freeScanned;
  long moved;
  long failed;
  CompactResult result = CompactResult.CONTINUE;

  CompactControl(Cpu cpu, Zone zone, int order, Mode mode) {
    this.cpu = cpu;
    this.zone = zone;
    this.order = order;
    this.mode = mode;
    this.searchOrder = order;
    this.freeBlocks = new FrameQueue[zone.nrOrders()];
    for (int i = 0; i < freeBlocks.length; i++) {
      freeBlocks[i] = new FrameQueue();
    }
  }

  boolean isAsync() {
    return mode == Mode.ASYNC;
  }

  /** Whether free pages are as many as those that are to move. */
  boolean hasEnoughFree() {
    return nrFreePages >= migratePages.size();
  }

  void addFree(int pfn, int blockOrder) {
    freeBlocks[blockOrder].addLast(pfn);
    nrFreePages += 1L << blockOrder;
  }
}
