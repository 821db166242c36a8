package dev.quarry.bench.probe;

import dev.quarry.bench.work.ReclaimWork;

/**
 * Runs one workload of {@link ReclaimWork} as the C program {@code reclaimbench} does: some time to
 * warm up (and some passes at least), then iterations. Prints nanoseconds for each page, a line for
 * each iteration: those of the pass that was fastest, as whatever else the host does makes passes
 * slower, never faster.
 */
public final class ReclaimProbe {
  private static final long NANOS_PER_MILLI = 1_000_000;

  /** Passes until the compilers of the JVM are done, however slow the host is. */
  private static final int WARM_PASSES = 200;

  private static final int PASSES = 8;

  private ReclaimProbe() {}

  /** Takes workload, LRU policy, milliseconds to warm up and of an iteration, iterations. */
  public static void main(String[] args) {
    try (ReclaimWork work = ReclaimWork.of(args[0], args[1])) {
      fastest(work, Long.parseLong(args[2]), WARM_PASSES);
      for (int i = Integer.parseInt(args[4]); i > 0; i--) {
        System.out.println(fastest(work, Long.parseLong(args[3]), PASSES));
      }
    }
  }

  private static double fastest(ReclaimWork work, long millis, int passes) {
    int left = passes;
    long end = System.nanoTime() + millis * NANOS_PER_MILLI;
    double fastest = Double.MAX_VALUE;
    do {
      long nanos = work.pass();
      fastest = Math.min(fastest, (double) nanos / Math.max(1, work.operations()));
    } while (--left > 0 || System.nanoTime() < end);
    return fastest;
  }
}
