package dev.quarry.reclaim.compact;

import dev.quarry.physical.FreeIsolation;
import dev.quarry.physical.Gfp;
import dev.quarry.physical.MemMap;
import dev.quarry.physical.MigrateType;
import dev.quarry.physical.Node;
import dev.quarry.physical.NodeStat;
import dev.quarry.physical.PageState;
import dev.quarry.physical.Pageblocks;
import dev.quarry.physical.PhysicalMemory;
import dev.quarry.physical.VmEvent;

/**
 * Goes up from the start of a zone and takes movable pages off their lists: {@code
 * isolate_migratepages}, {@code isolate_migratepages_block} (mm/compaction.c, 6.18).
 *
 * <pre>
 *   frame ─┬─ free ────────► past all of its block
 *          ├─ on a list ───► isolated; 32 are enough for now
 *          └─ else ────────► past it; async, a block of the order with such a frame is left as it was
 * </pre>
 *
 * <p>Huge pages stay where they are: as large as a pageblock, they are no fragments. Linux moves
 * folios smaller than what is asked for; here there are none between one page and a huge one.
 */
final class MigrateScanner {
  /** What became of a pageblock: {@code isolate_migrate_t}. */
  enum Outcome {
    ABORT,
    NONE,
    SUCCESS
  }

  private final PhysicalMemory memory;
  private final MemMap map;
  private final Pageblocks blocks;
  private final FreeIsolation isolation;
  private final MovablePages pages;
  private final SkipHints hints;
  private final FastMigrateSearch fast;
  private final CompactionSettings settings;

  MigrateScanner(
      PhysicalMemory memory,
      FreeIsolation isolation,
      MovablePages pages,
      SkipHints hints,
      CompactionSettings settings) {
    this.memory = memory;
    this.map = memory.map();
    this.blocks = memory.pageblocks();
    this.isolation = isolation;
    this.pages = pages;
    this.hints = hints;
    this.settings = settings;
    this.fast = new FastMigrateSearch(memory, isolation, hints);
  }

  /** Takes what can move of the first pageblock that is worth it, up to the free scanner. */
  Outcome isolate(CompactControl control) {
    int low = fast.find(control);
    int start = Math.max(hints.start(low), control.zone.startPfn());
    boolean chosen = low != control.migratePfn && control.fastSearchFail == 0;
    for (int end = hints.end(low); end <= control.freePfn; end += blocks.pages()) {
      if (isWorth(control, low, start, end, chosen)) {
        if (!new BlockScan(control, low, end).run()) {
          return Outcome.ABORT;
        }
        break;
      }
      chosen = false;
      control.migratePfn = end;
      low = end;
      start = end;
    }
    return control.migratePages.isEmpty() ? Outcome.NONE : Outcome.SUCCESS;
  }

  private boolean isWorth(CompactControl control, int low, int start, int end, boolean chosen) {
    if (!hints.isOf(control.zone, start)) {
      return false;
    }
    if (isBlockStart(control, low) && !chosen && !hints.isWorth(control, start)) {
      return false;
    }
    if (!isSource(control, start)) {
      hints.migratedUpTo(control, end);
      return false;
    }
    return true;
  }

  private boolean isBlockStart(CompactControl control, int pfn) {
    return hints.isAligned(pfn) || pfn == control.zone.startPfn();
  }

  /** {@code suitable_migration_source}: async, only pageblocks of the request's own type. */
  private boolean isSource(CompactControl control, int start) {
    if (hints.isPersistent(start)) {
      return false;
    }
    if (!control.isAsync() || !control.direct) {
      return true;
    }
    int type = blocks.type(start);
    boolean movable = type == MigrateType.MOVABLE || type == MigrateType.CMA;
    return control.migrateType == MigrateType.MOVABLE ? movable : type == control.migrateType;
  }

  /** {@code too_many_isolated}: others have taken so many that it is better to wait. */
  private static boolean tooManyIsolated(CompactControl control) {
    Node node = control.zone.node();
    int shift = (control.gfp & Gfp.FS) != 0 ? 3 : 0;
    long inactive = node.stat(NodeStat.NR_INACTIVE_FILE) + node.stat(NodeStat.NR_INACTIVE_ANON);
    long active = node.stat(NodeStat.NR_ACTIVE_FILE) + node.stat(NodeStat.NR_ACTIVE_ANON);
    long isolated = node.stat(NodeStat.NR_ISOLATED_FILE) + node.stat(NodeStat.NR_ISOLATED_ANON);
    return isolated > ((inactive >> shift) + (active >> shift)) / 2;
  }

  /** The scan of one pageblock, or of what was left of it. */
  private final class BlockScan {
    private final CompactControl control;
    private final int end;
    private int low;
    private int scanned;
    private int isolated;

    /** Async, a block of the order that cannot become free as a whole is left alone. */
    private final boolean wholeOnly;

    private int wholeEnd;

    /** The pageblock is looked at from its start. */
    private boolean fromStart;

    private boolean marked;

    BlockScan(CompactControl control, int low, int end) {
      this.control = control;
      this.low = low;
      this.end = end;
      this.wholeOnly = control.direct && control.isAsync();
      this.wholeEnd = wholeOnly ? wholeEnd(low) : 0;
    }

    private int wholeEnd(int pfn) {
      return (pfn & -(1 << control.order)) + (1 << control.order);
    }

    /** Returns whether compaction goes on. */
    boolean run() {
      control.migratePfn = low;
      if (tooManyIsolated(control)) {
        return false;
      }
      if (!isBlockStart(control, low) || skipUntouched()) {
        scan();
      }
      low = Math.min(low, end);
      if (low == end && (isolated == 0 || control.finishPageblock)) {
        if (fromStart && !marked) {
          hints.set(end - 1);
        }
        hints.migratedUpTo(control, low);
      }
      control.migrateScanned += scanned;
      memory.events().count(control.cpu.id(), VmEvent.COMPACT_ISOLATED, isolated);
      control.migratePfn = low;
      return true;
    }

    /** Frames that nobody touched yet are one free block. */
    private boolean skipUntouched() {
      int after = Math.min(end, isolation.untouchedEnd(control.zone, low));
      scanned += after - low;
      low = after;
      return low < end;
    }

    private void scan() {
      for (; low < end; low++) {
        if (wholeOnly && low >= wholeEnd) {
          if (isolated > 0) {
            return;
          }
          wholeEnd = wholeEnd(low);
        }
        scanned++;
        if (!fromStart && isBlockStart(control, low)) {
          if (!hints.isWorth(control, low)) {
            low = end;
            return;
          }
          fromStart = true;
        }
        if (frame()) {
          return;
        }
      }
    }

    /** Looks at one frame; whether that is enough for now. */
    private boolean frame() {
      long state = map.state(low);
      if (PageState.isBuddy(state)) {
        pass(PageState.order(state));
        return false;
      }
      if ((state & PageState.HEAD) != 0 && PageState.isHead(state)) {
        pass(PageState.order(state));
        return failed();
      }
      boolean taken =
          (state & PageState.LRU) != 0
              && pages.isolate(
                  low,
                  (control.gfp & Gfp.FS) != 0,
                  settings.unevictableAllowed(),
                  control.mode != CompactControl.Mode.SYNC);
      if (!taken) {
        return failed();
      }
      if (!marked && fromStart) {
        marked = true;
        if (hints.testAndSet(control, low) && !control.finishPageblock) {
          pages.putBack(control.cpu, low); // somebody else is at it
          low = end;
          return true;
        }
      }
      control.migratePages.addLast(low);
      isolated++;
      return isEnough();
    }

    private boolean isEnough() {
      boolean enough =
          control.migratePages.size() >= CompactControl.CLUSTER
              && !control.finishPageblock
              && !control.contended;
      low += enough ? 1 : 0;
      return enough;
    }

    /** Past the rest of a block. */
    private void pass(int order) {
      low += (1 << order) - 1;
      scanned += (1 << order) - 1;
    }

    /** A frame stays where it is. */
    private boolean failed() {
      if (wholeOnly) {
        while (!control.migratePages.isEmpty()) {
          pages.putBack(control.cpu, control.migratePages.removeFirst());
        }
        isolated = 0;
        if (low < wholeEnd) {
          low = wholeEnd - 1;
          wholeEnd += 1 << control.order;
        }
      }
      return false;
    }
  }
}
