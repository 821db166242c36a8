package dev.quarry.physical;

import java.util.ArrayList;
import java.util.List;
import java.util.function.BooleanSupplier;
import java.util.function.LongSupplier;

/** A reclaimer that does what the test says, and counts how often it is asked. */
final class CountingReclaimer implements Reclaimer {
  /** A call of {@link #wakeKswapd}. */
  record WakeUp(Zone zone, int gfp, int order, int highestZone) {}

  final List<WakeUp> wakeUps = new ArrayList<>();

  /** Every call of reclaim and compact in its order: R or C. */
  final StringBuilder calls = new StringBuilder();

  final List<Node> busyNodes = new ArrayList<>();
  LongSupplier onReclaim = () -> 0;
  BooleanSupplier onCompact = () -> false;

  @Override
  public void wakeKswapd(Zone zone, int gfp, int order, int highestZone) {
    wakeUps.add(new WakeUp(zone, gfp, order, highestZone));
  }

  @Override
  public boolean isKswapdRunning(Node node) {
    return busyNodes.contains(node);
  }

  @Override
  public long reclaim(ReclaimRequest request) {
    calls.append('R');
    return onReclaim.getAsLong();
  }

  @Override
  public Compacted compact(ReclaimRequest request, CompactPriority priority, int allocFlags) {
    calls.append('C');
    return onCompact.getAsBoolean() ? Compacted.of(CompactResult.SUCCESS) : Compacted.SKIPPED;
  }

  long wakeUpsOfOrder(int order) {
    return wakeUps.stream().filter(wakeUp -> wakeUp.order == order).count();
  }

  long reclaims() {
    return calls.chars().filter(c -> c == 'R').count();
  }

  long compactions() {
    return calls.chars().filter(c -> c == 'C').count();
  }
}
