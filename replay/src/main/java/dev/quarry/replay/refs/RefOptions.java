package dev.quarry.replay.refs;

import dev.quarry.machine.MachineSpec;

/**
 * How references are played.
 *
 * @param machine on which
 * @param window references of which a working set is counted
 * @param strict whether the first wrong line ends the replay
 */
public record RefOptions(MachineSpec machine, RefSettings settings, long window, boolean strict) {
  /** A window that is short beside a program's phases, and long beside its loops. */
  public static final long USUAL_WINDOW = 100_000;

  /** Checks it. */
  public RefOptions {
    if (window < 1) {
      throw new RefException("a window of " + window + " references is below 1");
    }
  }
}
