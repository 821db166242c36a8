package dev.quarry.reclaim.compact;

import dev.quarry.physical.Capture;
import dev.quarry.physical.CompactPriority;
import dev.quarry.physical.CompactResult;
import dev.quarry.physical.Compacted;
import dev.quarry.physical.Gfp;
import dev.quarry.physical.Pfn;
import dev.quarry.physical.PhysicalMemory;
import dev.quarry.physical.ReclaimRequest;
import dev.quarry.physical.Zone;
import dev.quarry.physical.ZoneCompaction;

/**
 * Compaction by who needs the block: {@code try_to_compact_pages}, {@code compact_zone_order}
 * (mm/compaction.c, 6.18).
 */
final class DirectCompaction {
  private final PhysicalMemory memory;
  private final ZoneCompactor compactor;

  DirectCompaction(PhysicalMemory memory, ZoneCompactor compactor) {
    this.memory = memory;
    this.compactor = compactor;
  }

  /** Compacts the zones of a request, one after the other, until one has a block. */
  Compacted compact(ReclaimRequest request, CompactPriority priority, int allocFlags) {
    if ((request.gfp() & Gfp.IO) == 0) {
      return Compacted.SKIPPED; // moving a page may need the disk
    }
    CompactResult result = CompactResult.SKIPPED;
    for (Zone zone : request.zonelist()) {
      ZoneCompaction state = zone.compaction();
      boolean full = priority == CompactPriority.SYNC_FULL;
      if (!full && state.isDeferred(request.order())) {
        request.note("  compact " + zone + ": " + CompactResult.DEFERRED.text());
        result = result.or(CompactResult.DEFERRED);
        continue;
      }
      Compacted one = zone(request, zone, priority, allocFlags);
      result = result.or(one.result());
      if (one.result() == CompactResult.SUCCESS) {
        state.undefer(request.order(), false);
        return one;
      }
      boolean inVain =
          one.result() == CompactResult.COMPLETE || one.result() == CompactResult.PARTIAL_SKIPPED;
      if (priority != CompactPriority.ASYNC && inVain) {
        state.defer(request.order());
      }
    }
    return Compacted.of(result);
  }

  private Compacted zone(
      ReclaimRequest request, Zone zone, CompactPriority priority, int allocFlags) {
    boolean async = priority == CompactPriority.ASYNC;
    CompactControl control =
        new CompactControl(
            request.cpu(),
            zone,
            request.order(),
            async ? CompactControl.Mode.ASYNC : CompactControl.Mode.SYNC_LIGHT);
    boolean full = priority == CompactPriority.SYNC_FULL;
    control.gfp = request.gfp();
    control.allocFlags = allocFlags;
    control.highestZone = request.highestZone();
    control.direct = true;
    control.wholeZone = full;
    control.ignoreSkipHint = full;
    control.ignoreBlockType = full;
    int type = Gfp.migrateType(request.gfp());
    Capture capture = new Capture(request.order(), type, memory.pageblocks().order());
    CompactResult result = compactor.run(control, capture);
    boolean won = capture.pfn() != Pfn.NONE;
    request.note("  " + describe(control, won));
    return new Compacted(won ? CompactResult.SUCCESS : result, capture.pfn());
  }

  /** What a run did, in a line of a trail. */
  static String describe(CompactControl control, boolean won) {
    StringBuilder out = new StringBuilder("compact ").append(control.zone).append(": ");
    if (control.migrateScanned + control.freeScanned > 0) {
      out.append("scanned ").append(control.migrateScanned).append(" frames for pages and ");
      out.append(control.freeScanned).append(" for room, moved ").append(control.moved);
      out.append(control.failed > 0 ? ", " + control.failed + " would not move; " : "; ");
    }
    return out.append(won ? "won the block" : control.result.text()).toString();
  }
}
