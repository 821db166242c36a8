package dev.quarry.bench.run;

import java.util.List;
import java.util.stream.Stream;

/**
 * How long to measure.
 *
 * @param name what reports call it
 * @param rounds how often everything is measured in turn
 * @param warmups warm-up iterations of each subject in each round
 * @param iterations iterations of each subject in each round; each gives a sample
 * @param iterationMillis length of an iteration
 * @param starts how often a command is started in each round
 * @param replayEvents how many events a replay is to consume in each round
 * @param heldBlocks how many objects an allocator holds where its memory is measured
 */
public record Effort(
    String name,
    int rounds,
    int warmups,
    int iterations,
    int iterationMillis,
    int starts,
    long replayEvents,
    int heldBlocks) {
  /** Figures to publish. */
  public static final Effort FULL = new Effort("full", 3, 4, 5, 500, 20, 20_000_000, 1_000_000);

  /** Whether everything works, and what the figures are about. */
  public static final Effort QUICK = new Effort("quick", 1, 6, 3, 150, 5, 1_000_000, 500_000);

  /**
   * What programs that measure are told behind a workload: milliseconds to warm up, milliseconds of
   * an iteration, iterations.
   */
  public List<String> arguments() {
    return Stream.of(warmups * iterationMillis, iterationMillis, iterations)
        .map(String::valueOf)
        .toList();
  }

  /** The same with another number of rounds. */
  public Effort withRounds(int number) {
    return new Effort(
        name + ", " + number + " rounds",
        number,
        warmups,
        iterations,
        iterationMillis,
        starts,
        replayEvents,
        heldBlocks);
  }
}
