package dev.quarry.reclaim;

import dev.quarry.physical.Node;
import dev.quarry.physical.PhysicalMemory;
import dev.quarry.physical.ReclaimRequest;
import dev.quarry.physical.Zone;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;

/**
 * Reclaim by who needs the memory: {@code try_to_free_pages}, {@code do_try_to_free_pages}, {@code
 * shrink_zones} (mm/vmscan.c, 6.18). From priority 12 to 0, until 32 pages were freed; and if none
 * was, again with less consideration:
 *
 * <pre>
 *   part of the groups ─► all groups ─► active pages too ─► pages protected by memory.low too
 * </pre>
 */
final class TryToFree {
  private final PhysicalMemory memory;
  private final ShrinkNode shrinkNode;
  private final Lruvecs lruvecs;

  TryToFree(PhysicalMemory memory, ShrinkNode shrinkNode, Lruvecs lruvecs) {
    this.memory = memory;
    this.shrinkNode = shrinkNode;
    this.lruvecs = lruvecs;
  }

  /** Frees pages for a request; how many. */
  long forRequest(ReclaimRequest request, ReclaimScope scope) {
    ScanControl scan = new ScanControl(request.cpu(), request.gfp(), false, scope);
    scan.toReclaim = ScanControl.CLUSTER;
    scan.order = request.order();
    scan.highestZone = request.highestZone();
    List<Node> nodes = new ArrayList<>();
    for (Zone zone : request.zonelist()) {
      if (nodes.isEmpty() || nodes.getLast() != zone.node()) {
        nodes.add(zone.node());
      }
    }
    freeAny(scan, nodes, request::note);
    for (Lruvec lruvec : lruvecs.all()) {
      lruvec.snapshotRefaults();
    }
    return scan.reclaimed;
  }

  /** The same because a group is at its limit. */
  long forGroup(ScanControl scan) {
    scan.highestZone = memory.nodes().getFirst().zones().size() - 1;
    freeAny(scan, memory.nodes(), note -> {});
    for (Node node : memory.nodes()) {
      scan.scope.lruvecs(node).forEach(Lruvec::snapshotRefaults);
    }
    return scan.reclaimed;
  }

  private void freeAny(ScanControl scan, List<Node> nodes, Consumer<String> notes) {
    untilEnough(scan, nodes, notes);
    if (scan.reclaimed == 0 && scan.skippedGroups) {
      scan.allGroups = true;
      untilEnough(scan, nodes, notes);
    }
    if (scan.reclaimed == 0 && scan.skippedDeactivate) {
      notes.accept("  once more, active pages too");
      scan.forceDeactivate = true;
      untilEnough(scan, nodes, notes);
    }
    if (scan.reclaimed == 0 && scan.skippedLow) {
      notes.accept("  once more, pages protected by memory.low too");
      scan.forceDeactivate = false;
      scan.reclaimsLow = true;
      untilEnough(scan, nodes, notes);
    }
  }

  private void untilEnough(ScanControl scan, List<Node> nodes, Consumer<String> notes) {
    for (scan.priority = ScanControl.FIRST_PRIORITY; scan.priority >= 0; scan.priority--) {
      scan.scanned = 0;
      long before = scan.reclaimed;
      nodes.forEach(node -> shrinkNode.shrink(node, scan));
      if (scan.scanned > 0) {
        notes.accept(
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
