package dev.quarry.virtual.fault;

/** How often each leaf was reached; each CPU counts for itself. */
public final class FaultCounts {
  private static final int LINE = 16;

  /** Counters of a CPU: a multiple of a cache line. */
  private static final int STRIDE = (FaultLeaf.values().length + LINE - 1) & -LINE;

  private final long[] counts;

  FaultCounts(int cpus) {
    this.counts = new long[cpus * STRIDE];
  }

  FaultLeaf count(int cpu, FaultLeaf leaf) {
    counts[cpu * STRIDE + leaf.ordinal()]++;
    return leaf;
  }

  /** How often a leaf was reached since boot. */
  public long of(FaultLeaf leaf) {
    long sum = 0;
    for (int at = leaf.ordinal(); at < counts.length; at += STRIDE) {
      sum += counts[at];
    }
    return sum;
  }
}
