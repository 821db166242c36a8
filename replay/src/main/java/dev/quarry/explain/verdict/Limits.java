package dev.quarry.explain.verdict;

import dev.quarry.explain.twin.Asked;
import dev.quarry.explain.twin.TwinPlan;
import dev.quarry.physical.Gfp;
import java.util.ArrayList;
import java.util.List;

/** What a request was not allowed to do, from its flags. */
public final class Limits {
  /** PAGE_ALLOC_COSTLY_ORDER: above it a request that may fail is not retried for long. */
  private static final int COSTLY_ORDER = 3;

  private Limits() {}

  /** In sentences, what would have helped most first. */
  public static List<String> of(TwinPlan plan, Asked asked) {
    List<String> limits = new ArrayList<>();
    boolean sleeps = Gfp.mayBlock(asked.gfp());
    if (!sleeps) {
      limits.add("sleep: without __GFP_DIRECT_RECLAIM it could neither reclaim nor compact itself");
      if (!has(asked, Gfp.KSWAPD_RECLAIM)) {
        limits.add("wake kswapd: it has no __GFP_KSWAPD_RECLAIM");
      }
    } else {
      if (!has(asked, Gfp.IO)) {
        limits.add("start I/O (no __GFP_IO): neither swap out nor write back");
      }
      if (!has(asked, Gfp.FS)) {
        limits.add("call into file systems (no __GFP_FS), so no shrinking of their caches");
      }
      retries(asked, limits);
    }
    if (has(asked, Gfp.NOMEMALLOC)) {
      limits.add("use the reserves (__GFP_NOMEMALLOC)");
    }
    if (has(asked, Gfp.THISNODE)) {
      limits.add("use another node (__GFP_THISNODE)");
    }
    if (has(asked, Gfp.DMA | Gfp.DMA32)) {
      int highest = Gfp.zoneIndexTable(plan.types())[asked.gfp() & Gfp.ZONE_MASK];
      String name = has(asked, Gfp.DMA) ? "GFP_DMA" : "GFP_DMA32";
      limits.add("use zones above " + plan.types().get(highest).label() + " (" + name + ")");
    }
    return List.copyOf(limits);
  }

  private static void retries(Asked asked, List<String> limits) {
    if (has(asked, Gfp.NORETRY)) {
      limits.add("retry (__GFP_NORETRY): one round of reclaim, no OOM kill");
    } else if (has(asked, Gfp.RETRY_MAYFAIL)) {
      limits.add("have a task killed (__GFP_RETRY_MAYFAIL): it retries, then fails");
    } else if (asked.order() > COSTLY_ORDER && !has(asked, Gfp.NOFAIL)) {
      limits.add(
          "retry for long: order "
              + asked.order()
              + " is above "
              + COSTLY_ORDER
              + ", no task is killed for it");
    }
  }

  private static boolean has(Asked asked, int flag) {
    return (asked.gfp() & flag) != 0;
  }
}
