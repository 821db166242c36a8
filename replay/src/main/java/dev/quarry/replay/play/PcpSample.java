package dev.quarry.replay.play;

import java.util.Arrays;

/**
 * One zone's per-CPU lists at one time: {@code count} and {@code high} of each CPU's {@code struct
 * per_cpu_pages}, in pages.
 */
public final class PcpSample {
  private final int[] counts;
  private final int[] highs;

  PcpSample(int[] counts, int[] highs) {
    this.counts = counts;
    this.highs = highs;
  }

  /** How many CPUs there are. */
  public int nrCpus() {
    return counts.length;
  }

  /** Pages on a CPU's lists. */
  public int count(int cpu) {
    return counts[cpu];
  }

  /** Pages at which a free on that CPU begins to drain. */
  public int high(int cpu) {
    return highs[cpu];
  }

  /** Pages on all lists. */
  public long pages() {
    return Arrays.stream(counts).asLongStream().sum();
  }
}
