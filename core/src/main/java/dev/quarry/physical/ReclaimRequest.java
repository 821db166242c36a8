package dev.quarry.physical;

import dev.quarry.machine.Cpu;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A request that waits, as those see it who free memory for it: the arguments of {@code
 * try_to_free_pages} (mm/vmscan.c, 6.18).
 *
 * @param cpu on which the request was made; the calling thread may use it
 * @param gfp what it allows
 * @param order log2 of the pages that it needs together
 * @param highestZone index of the highest zone that may serve it
 * @param zonelist the zones that may serve it, in its order
 * @param nodeMask a bit for each node that may serve it; -1 for all
 * @param trail takes down what is done, or null
 */
public record ReclaimRequest(
    Cpu cpu,
    int gfp,
    int order,
    int highestZone,
    List<Zone> zonelist,
    long nodeMask,
    @Nullable Trail trail) {
  /** Every node may serve it: no {@code nodemask}. */
  public static final long ALL_NODES = Request.ALL_NODES;

  static ReclaimRequest of(Request request) {
    List<Zone> allowed =
        List.of(request.zonelist).stream().filter(zone -> request.allows(zone.node())).toList();
    return new ReclaimRequest(
        request.cpu,
        request.gfp,
        request.order,
        request.highestZone,
        allowed,
        request.nodeMask,
        request.trail);
  }

  /** Takes down a step. */
  public void note(String text) {
    if (trail != null) {
      trail.add(new TrailStep.Note(text));
    }
  }
}
