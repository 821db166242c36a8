package dev.quarry.observe;

import dev.quarry.physical.PhysicalMemory;
import dev.quarry.physical.Zone;
import dev.quarry.reclaim.Reclaim;
import dev.quarry.reclaim.oom.Badness;
import dev.quarry.reclaim.oom.OomSettings;
import dev.quarry.virtual.space.MmStruct;
import dev.quarry.virtual.space.TaskState;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * The files of the OOM killer: {@code /proc/PID/oom_score}, {@code oom_score_adj}, {@code oom_adj}
 * (fs/proc/base.c), and its settings under {@code /proc/sys/vm} ({@code vm_oom_kill_table},
 * mm/oom_kill.c, 6.18).
 *
 * <p>{@code oom_adj} is the older form of {@code oom_score_adj}: -17 to 15.
 */
final class OomFiles {
  private static final String SCORE = "oom_score";
  private static final String SCORE_ADJ = "oom_score_adj";
  private static final String ADJ = "oom_adj";
  private static final String PANIC = "panic_on_oom";
  private static final String ALLOCATING = "oom_kill_allocating_task";
  private static final String TABLE = "oom_dump_tasks";

  /** OOM_DISABLE: never killed, which is also what a scale of oom_adj has. */
  private static final int DISABLE = -17;

  /** OOM_ADJUST_MAX. */
  private static final int MOST = 15;

  private OomFiles() {}

  /** Names of the files of a process. */
  static List<String> names() {
    return List.of(SCORE, SCORE_ADJ, ADJ);
  }

  /** Names of the settings. */
  static List<String> settings() {
    return List.of(PANIC, ALLOCATING, TABLE);
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
    int value = WritableVm.number(path, text.strip());
    switch (name) {
      case SCORE_ADJ ->
          mm.task()
              .oomScoreAdj(
                  WritableVm.between(
                      path, value, TaskState.MIN_SCORE_ADJ, TaskState.MAX_SCORE_ADJ));
      default -> {
        int old = WritableVm.between(path, value, DISABLE, MOST);
        int adj = old == MOST ? TaskState.MAX_SCORE_ADJ : old * TaskState.MAX_SCORE_ADJ / -DISABLE;
        mm.task().oomScoreAdj(adj);
      }
    }
  }

  /** The settings by name; without reclaim those that it starts with. */
  static Map<String, Function<PhysicalMemory, String>> settings(@Nullable Reclaim reclaim) {
    OomSettings now = reclaim == null ? new OomSettings() : reclaim.oom().settings();
    Map<String, Function<PhysicalMemory, String>> files = new LinkedHashMap<>();
    files.put(PANIC, memory -> now.panicOnOom() + "\n");
    files.put(ALLOCATING, memory -> (now.killsAllocatingTask() ? 1 : 0) + "\n");
    files.put(TABLE, memory -> (now.dumpsTasks() ? 1 : 0) + "\n");
    return files;
  }

  /** Writes a setting. */
  static void write(OomSettings settings, String path, String name, int value) {
    switch (name) {
      case PANIC -> settings.panicOnOom(value);
      case ALLOCATING -> settings.killsAllocatingTask(value != 0);
      default -> settings.dumpsTasks(value != 0);
    }
  }
}
