package dev.quarry.check;

import java.util.List;
import java.util.Map;

/**
 * What came of it.
 *
 * @param machine its name
 * @param options what was to be done
 * @param steps steps that were made
 * @param checks how often all invariants were checked
 * @param counts how often what was done and came out, by a word for it
 * @param violations what is wrong; empty: nothing
 * @param script the shortest sequence of steps that was found to show it; empty: none
 */
public record PressureResult(
    String machine,
    PressureOptions options,
    long steps,
    long checks,
    Map<String, Long> counts,
    List<String> violations,
    List<String> script) {
  public PressureResult {
    violations = List.copyOf(violations);
    script = List.copyOf(script);
  }

  /** Whether nothing is wrong. */
  public boolean isSound() {
    return violations.isEmpty();
  }
}
