package dev.quarry.replay.play;

import dev.quarry.physical.PerCpuPages;
import dev.quarry.physical.Zone;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * One zone's per-CPU lists at one time: {@code count} and {@code high} of each CPU's {@code struct
 * per_cpu_pages}, in pages.
 */
public final class PcpSample {
  private final int[] counts;
  private final int[] highs;

  private PcpSample(int[] counts, int[] highs) {
    this.counts = counts;
    this.highs = highs;
  }

  /** The lists as they are now; {@code last} itself where nothing changed, as in idle zones. */
  static PcpSample of(Zone zone, @Nullable PcpSample last) {
    int[] counts = new int[zone.pcpCount()];
    int[] highs = new int[counts.length];
    for (int cpu = 0; cpu < counts.length; cpu++) {
      PerCpuPages pcp = zone.pcp(cpu);
      counts[cpu] = pcp.count();
      highs[cpu] = pcp.high();
    }
    if (last != null && Arrays.equals(counts, last.counts) && Arrays.equals(highs, last.highs)) {
      return last;
    }
    return new PcpSample(counts, highs);
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
