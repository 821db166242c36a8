package dev.quarry.observe;

import dev.quarry.physical.PhysicalMemory;
import dev.quarry.physical.Zone;
import dev.quarry.reclaim.oom.Badness;
import dev.quarry.virtual.space.MmStruct;
import dev.quarry.virtual.space.TaskState;
import java.util.List;
import java.util.Optional;

/**
 * The files of the OOM killer: {@code /proc/PID/oom_score}, {@code oom_score_adj}, {@code oom_adj}
 * (fs/proc/base.c, 6.18). Its settings are among {@link SysVm}.
 *
 * <p>{@code oom_adj} is the older form of {@code oom_score_adj}: -17 to 15.
 */
final class OomFiles {
  private static final String SCORE = "oom_score";
  private static final String SCORE_ADJ = "oom_score_adj";
  private static final String ADJ = "oom_adj";

  /** OOM_DISABLE: never killed, which is also what a scale of oom_adj has. */
  private static final int DISABLE = -17;

  /** OOM_ADJUST_MAX. */
  private static final int MOST = 15;

  private OomFiles() {}

  /** Names of the files of a process. */
  static List<String> names() {
    return List.of(SCORE, SCORE_ADJ, ADJ);
  }

  /** Whether a file of a process may be written. */
  static boolean isWritable(String name) {
    return name.equals(SCORE_ADJ) || name.equals(ADJ);
  }

  /** A file of a process, or nothing. */
  static Optional<String> read(PhysicalMemory memory, MmStruct mm, String name) {
    return switch (name) {
      case SCORE -> line(Badness.score(mm, totalPages(memory)));
      case SCORE_ADJ -> line(mm.task().oomScoreAdj());
      case ADJ -> line(older(mm.task().oomScoreAdj()));
      default -> Optional.empty();
    };
  }

  private static Optional<String> line(long value) {
    return Optional.of(value + "\n");
  }

  private static long totalPages(PhysicalMemory memory) {
    long ram = memory.zones().stream().mapToLong(Zone::managed).sum();
    return ram + memory.swapFigures().totalPages();
  }

  private static int older(int scoreAdj) {
    return scoreAdj == TaskState.MAX_SCORE_ADJ
        ? MOST
        : Math.min(MOST, scoreAdj * -DISABLE / TaskState.MAX_SCORE_ADJ);
  }

  /** Writes a file of a process. */
  static void write(MmStruct mm, String path, String name, String text) {
    int adj =
        name.equals(SCORE_ADJ)
            ? (int) SysVm.number(path, text, TaskState.MIN_SCORE_ADJ, TaskState.MAX_SCORE_ADJ)
            : newer((int) SysVm.number(path, text, DISABLE, MOST));
    mm.task().oomScoreAdj(adj);
  }

  private static int newer(int adj) {
    return adj == MOST ? TaskState.MAX_SCORE_ADJ : adj * TaskState.MAX_SCORE_ADJ / -DISABLE;
  }
}
