package dev.quarry.bench.report;

import java.util.List;
import java.util.Optional;

/**
 * One thing that was measured, for every subject.
 *
 * @param name such as "1 thread"
 * @param unit such as "ns"
 * @param measured who came to what, ours first
 */
public record Row(String name, String unit, List<Measured> measured) {
  public Row {
    measured = List.copyOf(measured);
  }

  /** The first subject whose name begins so, if it was measured. */
  public Optional<Measured> find(String subject) {
    return measured.stream().filter(m -> m.subject().name().startsWith(subject)).findFirst();
  }

  /** Quarry's own, in the order in which they are shown. */
  public List<Measured> ours() {
    return measured.stream().filter(m -> m.subject().ours()).toList();
  }
}
