package dev.quarry.observe;

import dev.quarry.machine.Cpu;
import dev.quarry.physical.PhysicalMemory;
import dev.quarry.reclaim.Reclaim;
import dev.quarry.reclaim.compact.Compaction;
import dev.quarry.reclaim.compact.CompactionSettings;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * The settings of compaction in {@code /proc/sys/vm}: {@code vm_compaction} (mm/compaction.c,
 * 6.18). {@code compact_memory} can only be written, and only 1.
 */
final class CompactionSysctls {
  private static final String FOLDER = "/proc/sys/vm/";
  private static final String COMPACT = "compact_memory";
  private static final String PROACTIVENESS = "compaction_proactiveness";
  private static final String THRESHOLD = "extfrag_threshold";
  private static final String UNEVICTABLE = "compact_unevictable_allowed";

  private CompactionSysctls() {}

  /** What can be written. */
  static List<String> paths() {
    return List.of(
        FOLDER + COMPACT, FOLDER + PROACTIVENESS, FOLDER + THRESHOLD, FOLDER + UNEVICTABLE);
  }

  /** What can be read, by name; without processes what the settings start with. */
  static Map<String, Function<PhysicalMemory, String>> texts(@Nullable Reclaim reclaim) {
    CompactionSettings settings =
        reclaim == null ? new CompactionSettings() : reclaim.compaction().settings();
    Map<String, Function<PhysicalMemory, String>> files = new LinkedHashMap<>();
    files.put(PROACTIVENESS, memory -> settings.proactiveness() + "\n");
    files.put(THRESHOLD, memory -> settings.extfragThreshold() + "\n");
    files.put(UNEVICTABLE, memory -> (settings.unevictableAllowed() ? 1 : 0) + "\n");
    return files;
  }

  /** Sets a setting, or compacts. */
  static void write(PhysicalMemory memory, Compaction compaction, String path, int value) {
    CompactionSettings settings = compaction.settings();
    switch (path.substring(FOLDER.length())) {
      case COMPACT -> {
        if (value != 1) {
          throw new IllegalArgumentException(path + ": " + value + " is not 1");
        }
        onSomeCpu(memory, compaction::compactMemory);
      }
      case PROACTIVENESS -> {
        settings.proactiveness(value);
        onSomeCpu(memory, compaction::proactive);
      }
      case THRESHOLD -> settings.extfragThreshold(value);
      default -> settings.unevictableAllowed(value);
    }
  }

  /** Who writes runs on the first CPU that no thread holds. */
  private static void onSomeCpu(PhysicalMemory memory, Consumer<Cpu> work) {
    for (Cpu cpu : memory.cpus()) {
      if (cpu.whileHeld(() -> work.accept(cpu))) {
        return;
      }
    }
  }
}
