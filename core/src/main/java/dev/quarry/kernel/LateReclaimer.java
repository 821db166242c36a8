package dev.quarry.kernel;

import dev.quarry.physical.CompactPriority;
import dev.quarry.physical.Compacted;
import dev.quarry.physical.Node;
import dev.quarry.physical.ReclaimRequest;
import dev.quarry.physical.Reclaimer;
import dev.quarry.physical.Zone;

/**
 * The reclaimer of a machine that has none until it has processes: before, there is no page that
 * could be taken from somebody.
 */
final class LateReclaimer implements Reclaimer {
  private volatile Reclaimer now = Reclaimer.NONE;

  void become(Reclaimer reclaimer) {
    now = reclaimer;
  }

  @Override
  public void wakeKswapd(Zone zone, int gfp, int order, int highestZone) {
    now.wakeKswapd(zone, gfp, order, highestZone);
  }

  @Override
  public boolean isKswapdRunning(Node node) {
    return now.isKswapdRunning(node);
  }

  @Override
  public long reclaim(ReclaimRequest request) {
    return now.reclaim(request);
  }

  @Override
  public Compacted compact(ReclaimRequest request, CompactPriority priority, int allocFlags) {
    return now.compact(request, priority, allocFlags);
  }

  @Override
  public long reclaimablePages(Zone zone) {
    return now.reclaimablePages(zone);
  }
}
