package dev.quarry.explain.verdict;

import dev.quarry.explain.twin.Asked;
import dev.quarry.explain.twin.TwinPlan;
import dev.quarry.explain.twin.ZonePlan;
import dev.quarry.physical.Gfp;
import java.util.ArrayList;
import java.util.List;

/** What a log never tells of a request, where it would matter for this one. */
public final class Assumptions {
  private Assumptions() {}

  /** In sentences. */
  public static List<String> of(TwinPlan plan, Asked asked) {
    List<String> assumed = new ArrayList<>();
    long nodes = plan.zones().stream().mapToInt(ZonePlan::node).distinct().count();
    if (nodes > 1) {
      assumed.add(
          "whose zonelist it was and how far the nodes are apart is not in the log: node "
              + asked.node()
              + " is taken to come first, then the others by number");
    }
    if (nodes > 1 && (asked.gfp() & Gfp.THISNODE) != 0) {
      assumed.add("__GFP_THISNODE: node " + asked.node() + " is taken for the one meant");
    }
    if ((asked.gfp() & (Gfp.MEMALLOC | Gfp.NOMEMALLOC)) == Gfp.MEMALLOC) {
      assumed.add(
          "__GFP_MEMALLOC may ignore the marks: the verdict is at the min mark all the same");
    }
    return assumed;
  }
}
