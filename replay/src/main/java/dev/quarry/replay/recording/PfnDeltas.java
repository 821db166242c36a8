package dev.quarry.replay.recording;

import java.util.Arrays;

/**
 * Undoes the differences between frame numbers. The equation, for each kind of event on each CPU:
 * {@code pfn = pfn of the event before + delta}, beginning at 0.
 */
final class PfnDeltas {
  private static final int KINDS = PageEventKind.values().length;
  private static final int FIRST_CPUS = 64;

  private long[] last = new long[FIRST_CPUS * KINDS];

  /**
   * Adds a difference and gives the frame number. It may lie outside of every machine when the file
   * is damaged; it is kept nevertheless, as the writer's next difference is taken from it.
   */
  long advance(PageEventKind kind, int cpu, long delta) {
    int slot = cpu * KINDS + kind.ordinal();
    if (slot >= last.length) {
      last = Arrays.copyOf(last, Math.max(slot + KINDS, 2 * last.length));
    }
    return last[slot] += delta;
  }
}
