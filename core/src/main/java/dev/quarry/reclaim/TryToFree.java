package dev.quarry.reclaim;

import dev.quarry.physical.Node;
import dev.quarry.physical.ReclaimRequest;
import dev.quarry.physical.Zone;

/**
 * Reclaim by who needs the memory: {@code try_to_free_pages}, {@code do_try_to_free_pages}, {@code
 * shrink_zones} (mm/vmscan.c, 6.18). From priority 12 to 0, until 32 pages were freed.
 */
final class TryToFree {
  private final ShrinkNode shrinkNode;
  private final Lruvecs lruvecs;

  TryToFree(ShrinkNode shrinkNode, Lruvecs lruvecs) {
    this.shrinkNode = shrinkNode;
    this.lruvecs = lruvecs;
  }

  /** Frees pages for a request; how many. */
  long forRequest(ReclaimRequest request, ReclaimScope scope) {
    ScanControl scan = new ScanControl(request.cpu(), request.gfp(), false, scope);
    scan.toReclaim = ScanControl.CLUSTER;
    scan.order = request.order();
    scan.highestZone = request.highestZone();
    untilEnough(request, scan);
    if (scan.reclaimed == 0 && scan.skippedDeactivate) {
      request.note("  once more, active pages too");
      scan.forceDeactivate = true;
      untilEnough(request, scan);
    }
    for (Lruvec lruvec : lruvecs.all()) {
      lruvec.snapshotRefaults();
    }
    return scan.reclaimed;
  }

  private void untilEnough(ReclaimRequest request, ScanControl scan) {
    for (scan.priority = ScanControl.FIRST_PRIORITY; scan.priority >= 0; scan.priority--) {
      scan.scanned = 0;
      long before = scan.reclaimed;
      Node last = null;
      for (Zone zone : request.zonelist()) {
        if (zone.node() != last) {
          shrinkNode.shrink(zone.node(), scan);
          last = zone.node();
        }
      }
      if (scan.scanned > 0) {
        request.note(
            "  priority "
                + scan.priority
                + ": looked at "
                + scan.scanned
                + " pages, freed "
                + (scan.reclaimed - before));
      }
      if (scan.reclaimed >= scan.toReclaim) {
        return;
      }
    }
  }
}
