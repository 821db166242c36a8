package dev.quarry.replay.score;

/**
 * A score as a sum of misses over a sum of changes.
 *
 * @param misses sum over zones and orders of |predicted - actual|, weighted
 * @param changes sum over the same of |actual - before|, weighted
 */
public record Ratio(long misses, long changes) {
  /**
   * 1 is perfect, 0 is "nothing changes", and negative is worse than that; NaN without a change.
   */
  public double score() {
    return changes == 0 ? Double.NaN : 1 - (double) misses / changes;
  }

  Ratio plus(Ratio other) {
    return new Ratio(misses + other.misses, changes + other.changes);
  }
}
