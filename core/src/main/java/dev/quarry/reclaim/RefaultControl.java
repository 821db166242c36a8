package dev.quarry.reclaim;

import java.util.concurrent.atomic.AtomicLongArray;

/**
 * Feedback from refaults to what is evicted: {@code struct ctrl_pos}, {@code get_tier_idx}, {@code
 * get_type_to_scan}, {@code reset_ctrl_pos} (mm/vmscan.c, 6.18). Like the P of a PID controller: of
 * two groups of pages the one whose share of refaults is smaller, weighted by its gain, goes.
 *
 * <pre>
 *   refaulted(tier) / evicted(tier)  against  the same of tier 0        tiers above are protected
 *   refaulted(anon) / evicted(anon)  against  the same of files         one kind is evicted
 *
 *   averages: half of what was before, half of the generation that has gone
 * </pre>
 */
final class RefaultControl {
  static final int TIERS = 4;

  /** MIN_LRU_BATCH: fewer refaults than that say nothing. */
  static final int FEW = Long.SIZE;

  private static final int MAX_SWAPPINESS = 200;
  private static final int FIRST_TIER_GAIN = 2;
  private static final int TIER_GAIN = 3;

  private final long[][] averageRefaulted = new long[2][TIERS];
  private final long[][] averageTotal = new long[2][TIERS];
  private final long[][] protectedPages = new long[2][TIERS];
  private final AtomicLongArray evicted = new AtomicLongArray(2 * TIERS);
  private final AtomicLongArray refaulted = new AtomicLongArray(2 * TIERS);

  private record Position(long refaulted, long total, int gain) {
    /** {@code positive_ctrl_err}: whether the other one has few refaults, or fewer than this. */
    boolean isWorseThan(Position other) {
      return other.refaulted < FEW
          || other.refaulted * (total + FEW) * gain <= (refaulted + 1) * other.total * other.gain;
    }
  }

  /** {@code lru_tier_from_refs}. */
  static int tier(int refs, boolean workingset) {
    return workingset
        ? TIERS - 1
        : refs <= 1 ? 0 : Integer.SIZE - Integer.numberOfLeadingZeros(refs - 1);
  }

  void countEvicted(int type, int tier) {
    evicted.incrementAndGet(type * TIERS + tier);
  }

  void countRefault(int type, int tier) {
    refaulted.incrementAndGet(type * TIERS + tier);
  }

  void countProtected(int type, int tier, int pages) {
    protectedPages[type][tier] += pages;
  }

  private Position read(int type, int first, int last, int gain) {
    long back = 0;
    long total = 0;
    for (int tier = first; tier <= last; tier++) {
      back += averageRefaulted[type][tier] + refaulted.get(type * TIERS + tier);
      total += averageTotal[type][tier];
      total += protectedPages[type][tier] + evicted.get(type * TIERS + tier);
    }
    return new Position(back, total, gain);
  }

  /** The highest tier whose pages may go. */
  int tierToEvict(int type) {
    Position first = read(type, 0, 0, FIRST_TIER_GAIN);
    int tier = 1;
    while (tier < TIERS && first.isWorseThan(read(type, tier, tier, TIER_GAIN))) {
      tier++;
    }
    return tier - 1;
  }

  /** Which kind of page goes. */
  int typeToEvict(int swappiness) {
    if (swappiness <= 1) {
      return Generations.FILE;
    }
    if (swappiness >= MAX_SWAPPINESS) {
      return Generations.ANON;
    }
    Position anon = read(Generations.ANON, 0, TIERS - 1, swappiness);
    Position file = read(Generations.FILE, 0, TIERS - 1, MAX_SWAPPINESS - swappiness);
    return anon.isWorseThan(file) ? Generations.FILE : Generations.ANON;
  }

  /** A generation has gone: what was counted becomes part of the averages. */
  void carryOver(int type) {
    for (int tier = 0; tier < TIERS; tier++) {
      int at = type * TIERS + tier;
      averageRefaulted[type][tier] =
          (averageRefaulted[type][tier] + refaulted.getAndSet(at, 0)) / 2;
      long total = protectedPages[type][tier] + evicted.getAndSet(at, 0);
      averageTotal[type][tier] = (averageTotal[type][tier] + total) / 2;
      protectedPages[type][tier] = 0;
    }
  }
}
