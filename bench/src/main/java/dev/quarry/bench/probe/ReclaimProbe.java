package dev.quarry.bench.probe;

import dev.quarry.bench.work.ReclaimWork;

/**
 * Runs one workload of {@link ReclaimWork} as the C program {@code reclaimbench} does: some time to
 * warm up, then iterations. Prints nanoseconds for each page, a line for each iteration: those of
 * the pass that was fastest, as whatever else the host does makes passes slower, never faster.
 */
public final class ReclaimProbe {
  private static final long NANOS_PER_MILLI = 1_000_000;

  private ReclaimProbe() {}

  /** Takes workload, LRU policy, milliseconds to warm up and of an iteration, iterations. */
  public static void main(String[] args) {
    try (ReclaimWork work = ReclaimWork.of(args[0], args[1])) {
      fastest(work, Long.parseLong(args[2]));
      for (int i = Integer.parseInt(args[4]); i > 0; i--) {
        System.out.println(fastest(work, Long.parseLong(args[3])));
      }
    }
  }

  private static double fastest(ReclaimWork work, long millis) {
    long end = System.nanoTime() + millis * NANOS_PER_MILLI;
    double fastest = Double.MAX_VALUE;
    do {
      long nanos = work.pass();
      fastest = Math.min(fastest, (double) nanos / Math.max(1, work.operations()));
    } while (System.nanoTime() < end);
    return fastest;
  }
}
