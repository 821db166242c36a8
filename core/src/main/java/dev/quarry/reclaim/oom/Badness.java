package dev.quarry.reclaim.oom;

import dev.quarry.virtual.space.MmStruct;
import dev.quarry.virtual.space.RssKind;
import dev.quarry.virtual.space.TaskState;

/**
 * How much is won by a process's end: {@code oom_badness} (mm/oom_kill.c), {@code proc_oom_score}
 * (fs/proc/base.c, 6.18).
 *
 * <pre>
 *   points = rss + swap entries + page tables + oom_score_adj * (pages in question / 1000)
 *   score  = (1000 + points * 1000 / all pages) * 2 / 3,  0 for who cannot be killed
 * </pre>
 */
public final class Badness {
  /** LONG_MIN: not to be killed. */
  static final long UNKILLABLE = Long.MIN_VALUE;

  private static final int PER_MILLE = 1000;

  private Badness() {}

  /**
   * Pages, more or less.
   *
   * @param totalPages that there are for who is short of memory
   */
  static long points(MmStruct mm, long totalPages) {
    TaskState task = mm.task();
    int adj = task.oomScoreAdj();
    if (adj == TaskState.MIN_SCORE_ADJ || task.isSkipped()) {
      return UNKILLABLE;
    }
    return pages(mm) + adj * (totalPages / PER_MILLE);
  }

  /** Pages that come back. */
  private static long pages(MmStruct mm) {
    return mm.rssPages() + mm.rss(RssKind.SWAP) + mm.tablePages();
  }

  /**
   * What {@code /proc/PID/oom_score} shows, 0 to about 1333.
   *
   * @param totalPages of RAM and swap
   */
  public static long score(MmStruct mm, long totalPages) {
    long points = points(mm, totalPages);
    return points == UNKILLABLE ? 0 : (PER_MILLE + points * PER_MILLE / totalPages) * 2 / 3;
  }
}
