package dev.quarry.replay.record;

import java.util.List;
import java.util.SortedMap;

/**
 * What was recorded.
 *
 * @param exitCode the command's
 * @param seconds how long it ran
 * @param counts events by name
 * @param lost events that found no room in a ring
 * @param notes what was left out
 */
public record RecordResult(
    int exitCode, double seconds, SortedMap<String, Long> counts, long lost, List<String> notes) {
  public RecordResult {
    notes = List.copyOf(notes);
  }

  /** How many events the recording has. */
  public long events() {
    return counts.values().stream().mapToLong(Long::longValue).sum();
  }
}
