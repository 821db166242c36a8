package dev.quarry.replay.refs;

import dev.quarry.machine.LruSpec;
import java.util.ArrayList;
import java.util.List;

/**
 * What one LRU policy misses on a trace, and what others would with as many frames.
 *
 * @param quarters of the trace's pages that there was room for
 * @param policy that played it, in a machine of its own
 * @param memory the most pages of the program that it had in memory at once
 * @param misses what was touched first, and what came back
 * @param lru misses of a memory of as many frames that keeps what was used last: the miss-ratio
 *     curve
 * @param optimum the fewest that there can be
 * @param clock misses of plain CLOCK
 */
public record PolicyRow(
    int quarters,
    LruSpec.Policy policy,
    int memory,
    long misses,
    long lru,
    long optimum,
    long clock) {
  private static final List<Integer> QUARTERS = List.of(3, 2, 1);

  /**
   * Each policy with room for three quarters, a half and a quarter of the pages.
   *
   * @param trace and {@code curve} of the same references
   */
  public static List<PolicyRow> all(Optimum trace, MissRatioCurve curve) {
    long[] misses = curve.misses();
    List<PolicyRow> rows = new ArrayList<>();
    for (int quarters : QUARTERS) {
      for (LruSpec.Policy policy : LruSpec.Policy.values()) {
        int room = trace.pages() * quarters / 4;
        PolicyPlayer.Outcome outcome = PolicyPlayer.play(trace, policy, room);
        int memory = outcome.memory();
        rows.add(
            new PolicyRow(
                quarters,
                policy,
                memory,
                outcome.misses(),
                misses[Math.min(memory, misses.length - 1)],
                trace.optimum(memory),
                trace.clock(memory)));
      }
    }
    return rows;
  }
}
