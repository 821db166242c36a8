package dev.quarry.physical;

/**
 * What the allocator asks of the floor that reclaims memory. This floor owns the questions; a
 * machine without reclaim answers them with {@link #NONE}.
 */
public interface Reclaimer {
  /** Wakes the background reclaimer of a zone's node: {@code wakeup_kswapd}. */
  void wakeKswapd(Zone zone, int gfp, int order, int highestZone);

  /** Whether a node's background reclaimer is at work. */
  boolean isKswapdRunning(Node node);

  /** Reclaims for a request that may wait; returns how many pages became free. */
  long reclaim(ReclaimRequest request);

  /**
   * Compacts for a request that may wait: {@code try_to_compact_pages}.
   *
   * @param allocFlags what the allocator allows the request
   */
  Compacted compact(ReclaimRequest request, CompactPriority priority, int allocFlags);

  /**
   * Pages of a zone that reclaim could free at the best: {@code zone_reclaimable_pages}. Without
   * swap these are the pages of files.
   */
  default long reclaimablePages(Zone zone) {
    return zone.stat(ZoneStat.NR_ZONE_INACTIVE_FILE) + zone.stat(ZoneStat.NR_ZONE_ACTIVE_FILE);
  }

  /** No reclaim: nothing is ever freed by waiting. */
  Reclaimer NONE =
      new Reclaimer() {
        @Override
        public void wakeKswapd(Zone zone, int gfp, int order, int highestZone) {}

        @Override
        public boolean isKswapdRunning(Node node) {
          return false;
        }

        @Override
        public long reclaim(ReclaimRequest request) {
          return 0;
        }

        @Override
        public Compacted compact(ReclaimRequest request, CompactPriority priority, int allocFlags) {
          return Compacted.SKIPPED;
        }
      };
}
