package dev.quarry.explain.log;

import java.util.List;
import java.util.Map;
import java.util.OptionalInt;
import org.jspecify.annotations.Nullable;

/**
 * What an oom-killer report has besides the memory.
 *
 * @param scoreAdj {@code oom_score_adj} (or {@code oomkilladj}) of the task that asked
 * @param constraint such as {@code CONSTRAINT_NONE}; null where not printed
 * @param memcg the memory group at its limit ({@code oom_memcg=}, {@code Task in … killed as a
 *     result of limit of …}); null where the whole machine was out of memory
 * @param memcgLines usage and limits of the group as printed, in kB by name
 * @param tasks the task table, in the log's order
 * @param victims who was killed
 * @param panicked the text of {@code Kernel panic - not syncing: Out of memory…}, if it says so
 */
public record OomDump(
    OptionalInt scoreAdj,
    @Nullable String constraint,
    @Nullable String memcg,
    Map<String, Long> memcgLines,
    List<Task> tasks,
    List<Victim> victims,
    @Nullable String panicked) {
  /** No such figure in the log. */
  public static final long UNKNOWN = -1;

  /**
   * A row of the task table. Sizes in pages, page tables in bytes; {@link #UNKNOWN} where the
   * kernel's table has no such column.
   */
  public record Task(
      int pid,
      int uid,
      int tgid,
      long totalVmPages,
      long rssPages,
      long pageTableBytes,
      long swapPages,
      int oomScoreAdj,
      String name) {}

  /**
   * A task that was killed. Sizes in kB; {@link #UNKNOWN} where not printed.
   *
   * @param score the badness, where the kernel prints one ({@code score 917})
   */
  public record Victim(
      int pid,
      String name,
      long totalVmKb,
      long anonRssKb,
      long fileRssKb,
      long shmemRssKb,
      long pageTablesKb,
      long score,
      OptionalInt oomScoreAdj) {}
}
