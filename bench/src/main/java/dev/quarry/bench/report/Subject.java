package dev.quarry.bench.report;

/**
 * Who was measured.
 *
 * @param name with its version where it has one
 * @param ours whether it is Quarry, so that the others are set in relation to it
 */
public record Subject(String name, boolean ours) {
  /** Quarry, in one of its settings. */
  public static Subject ours(String name) {
    return new Subject(name, true);
  }

  /** Somebody else. */
  public static Subject peer(String name) {
    return new Subject(name, false);
  }
}
