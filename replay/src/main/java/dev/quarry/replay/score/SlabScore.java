package dev.quarry.replay.score;

import java.util.List;
import java.util.Set;

/**
 * How much of what changed in the caches was predicted: {@code 1 - sum |P - A| w / sum |A - B| w}
 * over caches, with the count before (B), after (A) and predicted (P), and w the pages of a slab.
 * Caches of which the events do not show what happened are left out.
 *
 * @param slabs on the number of slabs
 * @param objects on the number of objects in use
 */
public record SlabScore(Ratio slabs, Ratio objects, List<Cache> caches) {
  /** So much of a true change, in percent, may be missed by what the events show. */
  private static final int MOST_MISSED_PERCENT = 5;

  /** Objects of these come and go in bulk, or through RCU, mostly without events. */
  private static final Set<String> ALWAYS_LEFT_OUT =
      Set.of("maple_node", "eventpoll_epi", "skbuff_head_cache");

  /** A count before, as predicted, and after. */
  public record Count(long before, long predicted, long actual) {
    Ratio weighed(long weight) {
      return new Ratio(weight * Math.abs(predicted - actual), weight * Math.abs(actual - before));
    }
  }

  /**
   * One cache.
   *
   * @param seen allocations less frees in the events
   */
  public record Cache(String name, int pagesPerSlab, long seen, Count objects, Count slabs) {
    /** Whether the events show what happened, so that the cache is scored. */
    public boolean scored() {
      long change = objects.actual - objects.before;
      return !ALWAYS_LEFT_OUT.contains(name)
          && 100 * Math.abs(seen - change) <= MOST_MISSED_PERCENT * Math.abs(change);
    }
  }

  public SlabScore {
    caches = List.copyOf(caches);
  }

  /** Adds up the caches that are scored. */
  public static SlabScore of(List<Cache> caches) {
    Ratio slabs = new Ratio(0, 0);
    Ratio objects = new Ratio(0, 0);
    for (Cache cache : caches) {
      if (cache.scored()) {
        slabs = slabs.plus(cache.slabs.weighed(cache.pagesPerSlab));
        objects = objects.plus(cache.objects.weighed(cache.pagesPerSlab));
      }
    }
    return new SlabScore(slabs, objects, caches);
  }
}
