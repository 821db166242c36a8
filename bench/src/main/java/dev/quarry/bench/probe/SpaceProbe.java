package dev.quarry.bench.probe;

import dev.quarry.bench.work.SpaceWork;

/**
 * Runs one workload of {@link SpaceWork} as the C program {@code spacebench} does: some time to
 * warm up, then iterations. Prints nanoseconds for one operation, a line for each iteration.
 *
 * <p>Only the parts that the workload times count; an iteration lasts as long as all of it takes.
 */
public final class SpaceProbe {
  private static final long NANOS_PER_MILLI = 1_000_000;

  private SpaceProbe() {}

  /** Takes the workload, milliseconds to warm up, milliseconds of an iteration, iterations. */
  public static void main(String[] args) {
    try (SpaceWork work = SpaceWork.of(args[0])) {
      nanosOfOne(work, Long.parseLong(args[1]));
      int iterations = Integer.parseInt(args[3]);
      for (int i = 0; i < iterations; i++) {
        System.out.println(nanosOfOne(work, Long.parseLong(args[2])));
      }
    }
  }

  private static double nanosOfOne(SpaceWork work, long millis) {
    long end = System.nanoTime() + millis * NANOS_PER_MILLI;
    long timed = 0;
    long operations = 0;
    do {
      timed += work.pass();
      operations += work.operations();
    } while (System.nanoTime() < end);
    return (double) timed / operations;
  }
}
