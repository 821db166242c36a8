package dev.quarry.virtual.fault;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.function.Predicate;

/**
 * How often each leaf was reached, and which ones by the last fault; each CPU counts for itself.
 *
 * <pre>
 *   path of a CPU   ... | leaf before | last leaf     8 bits each, ordinal + 1
 * </pre>
 */
public final class FaultCounts {
  private static final FaultLeaf[] ALL = FaultLeaf.values();
  private static final int LINE = 16;

  /** Counters of a CPU: a multiple of a cache line. */
  private static final int STRIDE = (ALL.length + LINE) & -LINE;

  /** Where in a CPU's counters its last path is: behind those of the leaves. */
  private static final int PATH = STRIDE - 1;

  private static final int PATH_SHIFT = Byte.SIZE;
  private static final int PATH_MASK = (1 << PATH_SHIFT) - 1;

  private static final long AFTER_ANOTHER = bits(FaultLeaf::isAfterAnother);
  private static final long PASSED = bits(leaf -> leaf.effect() == FaultLeaf.Effect.PASSED);

  private final long[] counts;

  FaultCounts(int cpus) {
    this.counts = new long[cpus * STRIDE];
  }

  FaultLeaf count(int cpu, FaultLeaf leaf) {
    int base = cpu * STRIDE;
    int code = leaf.ordinal() + 1;
    counts[base + leaf.ordinal()]++;
    long before = counts[base + PATH];
    boolean goesOn = ((AFTER_ANOTHER >>> code | PASSED >>> (before & PATH_MASK)) & 1) != 0;
    counts[base + PATH] = (goesOn ? before << PATH_SHIFT : 0) | code;
    return leaf;
  }

  /** A bit for each leaf that is so, by what stands for it in a path; there are fewer than 64. */
  private static long bits(Predicate<FaultLeaf> which) {
    return Arrays.stream(ALL).filter(which).mapToLong(leaf -> 2L << leaf.ordinal()).sum();
  }

  /** The leaves that a CPU's last fault passed, the end last; empty before its first fault. */
  public List<FaultLeaf> lastPath(int cpu) {
    List<FaultLeaf> leaves = new ArrayList<>();
    for (long path = counts[cpu * STRIDE + PATH]; path != 0; path >>>= PATH_SHIFT) {
      leaves.addFirst(ALL[(int) (path & PATH_MASK) - 1]);
    }
    return leaves;
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
