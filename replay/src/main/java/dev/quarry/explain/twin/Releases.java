package dev.quarry.explain.twin;

import dev.quarry.explain.log.MemoryReport;
import dev.quarry.explain.log.ZoneDump;
import dev.quarry.machine.KernelRelease;
import java.util.List;

/** By which release's rules a report is judged. */
final class Releases {
  private static final KernelRelease OLDEST = new KernelRelease(2, 6, 0);

  /**
   * 6.12 counts only the free part of the high-atomic reserve, but its log prints the whole. What
   * it prints is weighed by the rules that go with it, which are the same in all else that a log
   * shows.
   */
  private static final KernelRelease PRINTS_WHOLE_RESERVE = new KernelRelease(6, 12);

  private static final KernelRelease WEIGHS_WHOLE_RESERVE = new KernelRelease(6, 11);

  /** Counters by the first release that prints them, newest first. */
  private enum Hint {
    FREE_HIGHATOMIC("free_highatomic", KernelRelease.DEFAULT),
    BOOST("boost", new KernelRelease(6, 1)),
    RESERVED_HIGHATOMIC("reserved_highatomic", new KernelRelease(5, 10)),
    FREE_PCP("free_pcp", new KernelRelease(4, 4)),
    MANAGED("managed", new KernelRelease(3, 10));

    private final String counter;
    private final KernelRelease release;

    Hint(String counter, KernelRelease release) {
      this.counter = counter;
      this.release = release;
    }
  }

  private Releases() {}

  static KernelRelease of(MemoryReport report, List<String> caveats) {
    KernelRelease named = report.release();
    if (named == null) {
      KernelRelease guess = guess(report);
      caveats.add("the log does not name its kernel: judged by the rules of " + guess);
      return guess;
    }
    if (!named.isAtLeast(OLDEST)) {
      caveats.add(named + " is older than 2.6: judged by the rules of 2.6");
      return OLDEST;
    }
    return named.equals(PRINTS_WHOLE_RESERVE) ? WEIGHS_WHOLE_RESERVE : named;
  }

  private static KernelRelease guess(MemoryReport report) {
    for (Hint hint : Hint.values()) {
      for (ZoneDump zone : report.zones()) {
        if (zone.has(hint.counter)) {
          return hint.release;
        }
      }
    }
    return report.zones().isEmpty() ? KernelRelease.DEFAULT : new KernelRelease(2, 6, 32);
  }
}
