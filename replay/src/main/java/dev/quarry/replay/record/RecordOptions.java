package dev.quarry.replay.record;

import java.nio.file.Path;
import java.util.List;

/**
 * What to record, and where to.
 *
 * @param out the recording's folder, which must not be there
 * @param sets kinds of events
 * @param compact the compact form of page events
 * @param ringKib size of the ring of each CPU
 * @param command the workload, word by word
 */
public record RecordOptions(
    Path out, List<EventSet> sets, boolean compact, int ringKib, List<String> command) {
  private static final int ALL_RINGS_KIB = 512 << 10;
  private static final int LARGEST_KIB = 128 << 10;
  private static final int SMALLEST_KIB = 4 << 10;

  public RecordOptions {
    sets = List.copyOf(sets);
    command = List.copyOf(command);
  }

  /** A ring as large as fits into half a GiB for all CPUs. */
  public static int usualRingKib(int cpus) {
    return Math.clamp(ALL_RINGS_KIB / Math.max(1, cpus), SMALLEST_KIB, LARGEST_KIB);
  }
}
