package dev.quarry.observe;

import dev.quarry.physical.PhysicalMemory;
import dev.quarry.physical.VmSysctl;
import dev.quarry.reclaim.Reclaim;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Writes to {@code /proc/sys/vm} while a machine runs, as {@code proc_dointvec_minmax} takes them
 * (kernel/sysctl.c, mm/vmscan.c, mm/page_alloc.c, 6.18).
 */
final class WritableVm {
  private static final String FOLDER = "/proc/sys/vm/";
  private static final String MIN_FREE = FOLDER + "min_free_kbytes";
  private static final String SCALE = FOLDER + "watermark_scale_factor";
  private static final String SWAPPINESS = FOLDER + "swappiness";
  private static final String PAGE_CLUSTER = FOLDER + "page-cluster";
  private static final int MOST_SCALE = 3_000;

  private WritableVm() {}

  static List<String> paths() {
    List<String> paths = new ArrayList<>(List.of(MIN_FREE, SCALE, SWAPPINESS, PAGE_CLUSTER));
    paths.addAll(CompactionSysctls.paths());
    return paths;
  }

  static void write(PhysicalMemory memory, @Nullable Reclaim reclaim, String path, String text) {
    int value = number(path, text.strip());
    VmSysctl sysctl = new VmSysctl(memory);
    switch (path) {
      case MIN_FREE ->
          sysctl.marks(between(path, value, 0, Integer.MAX_VALUE), memory.scaleFactor());
      case SCALE -> sysctl.marks(memory.minFreeKbytes(), between(path, value, 1, MOST_SCALE));
      default -> {
        if (reclaim == null) {
          throw new IllegalArgumentException(path + ": the machine has no processes yet");
        }
        if (CompactionSysctls.paths().contains(path)) {
          CompactionSysctls.write(memory, reclaim.compaction(), path, value);
        } else if (path.equals(SWAPPINESS)) {
          reclaim.settings().swappiness(value);
        } else {
          reclaim.settings().pageCluster(value);
        }
      }
    }
  }

  private static int number(String path, String text) {
    try {
      return Integer.parseInt(text);
    } catch (NumberFormatException e) {
      throw new IllegalArgumentException(path + ": '" + text + "' is not a number", e);
    }
  }

  private static int between(String path, int value, int least, int most) {
    if (value < least || value > most) {
      throw new IllegalArgumentException(path + ": " + value + " is not " + least + " to " + most);
    }
    return value;
  }
}
