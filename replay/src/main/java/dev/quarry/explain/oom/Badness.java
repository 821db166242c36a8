package dev.quarry.explain.oom;

import dev.quarry.explain.log.OomDump;
import dev.quarry.machine.KernelRelease;

/**
 * How the kernel weighs a task that it could kill: {@code oom_badness} (mm/oom_kill.c). In pages
 * since 2.6.36; before, it weighed age, children and CPU time, which no log has.
 *
 * @param release whose rules hold
 * @param totalPages what {@code oom_score_adj} is a share of: RAM and swap, or a group's limit
 * @param pageBytes bytes in a page
 */
record Badness(KernelRelease release, long totalPages, long pageBytes) {
  private static final KernelRelease IN_PAGES = new KernelRelease(2, 6, 36);
  private static final int NEVER = -1000;

  /** The points of a task that is never killed. */
  static final long UNKILLABLE = Long.MIN_VALUE;

  /** Whether the rules are in the task table's terms. */
  boolean isKnown() {
    return release.isAtLeast(IN_PAGES);
  }

  /** The points of a task. */
  long points(OomDump.Task task) {
    if (task.oomScoreAdj() == NEVER) {
      return UNKILLABLE;
    }
    long points = known(task.rssPages()) + known(task.swapPages());
    points += known(task.pageTableBytes()) / pageBytes;
    long adjustment = task.oomScoreAdj() * (totalPages / 1000);
    if (task.uid() == 0 && !release.isAtLeast(4, 17)) {
      // Root's tasks were spared a little: 3 % of all, since 3.14 of their own.
      adjustment -= release.isAtLeast(3, 14) ? points * 3 / 100 : 30 * (totalPages / 1000);
    }
    points += adjustment;
    return release.isAtLeast(5, 9) ? points : Math.max(1, points);
  }

  private static long known(long value) {
    return value == OomDump.UNKNOWN ? 0 : Math.max(0, value);
  }
}
