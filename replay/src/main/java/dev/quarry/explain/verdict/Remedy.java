package dev.quarry.explain.verdict;

import org.jspecify.annotations.Nullable;

/**
 * A single change, tried on the twin by running the request again.
 *
 * @param knob what is changed, such as {@code min_free_kbytes}
 * @param now its value in the log's machine, as text; null where the log does not tell
 * @param smallest the smallest change of it that lets the request pass, as text; null if none does
 * @param zone which zone then serves the request; null if none does
 * @param cost what it costs: pages reserved or given up; 0 if none
 * @param risk what else it does, or why it does not help, in a sentence
 * @param estimate whether this rests on an estimate and not on a run of the allocator
 * @param compacted what compaction did; null for everything else
 */
public record Remedy(
    String knob,
    @Nullable String now,
    @Nullable String smallest,
    @Nullable String zone,
    long cost,
    String risk,
    boolean estimate,
    @Nullable Compacted compacted) {
  /** A change that is not compaction. */
  public Remedy(
      String knob,
      @Nullable String now,
      @Nullable String smallest,
      @Nullable String zone,
      long cost,
      String risk,
      boolean estimate) {
    this(knob, now, smallest, zone, cost, risk, estimate, null);
  }

  /** Whether there is such a change. */
  public boolean helps() {
    return smallest != null;
  }
}
