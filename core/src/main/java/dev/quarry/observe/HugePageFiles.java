package dev.quarry.observe;

import dev.quarry.machine.HugePageSpec;
import dev.quarry.machine.ZoneType;
import dev.quarry.physical.PhysicalMemory;
import dev.quarry.virtual.space.HugePageSettings;
import java.util.List;

/**
 * The files below {@code /sys/kernel/mm/transparent_hugepage}: {@code hugepage_attr}, {@code
 * khugepaged_attr} (mm/huge_memory.c, mm/khugepaged.c, 6.18). A machine with two levels of tables
 * has none of them.
 */
final class HugePageFiles {
  private static final String FOLDER = "/sys/kernel/mm/transparent_hugepage/";
  private static final HugePageSettings DEFAULTS = new HugePageSettings(HugePageSpec.DEFAULTS);

  private HugePageFiles() {}

  /** All paths. */
  static List<String> paths() {
    return DEFAULTS.names().stream().map(name -> FOLDER + name).toList();
  }

  /** The paths that may be written. */
  static List<String> writablePaths() {
    return DEFAULTS.names().stream()
        .filter(name -> !DEFAULTS.isReadOnly(name))
        .map(name -> FOLDER + name)
        .toList();
  }

  /** Whether the machine has huge pages for processes at all: {@code has_transparent_hugepage}. */
  static boolean areThere(PhysicalMemory memory) {
    boolean twoLevels =
        memory.spec().zones().stream().anyMatch(zone -> zone.type() == ZoneType.HIGHMEM);
    return !twoLevels && memory.spec().maxOrder() >= HugePageSettings.ORDER;
  }

  static String read(HugePageSettings settings, String path) {
    return settings.read(path.substring(FOLDER.length()));
  }

  /**
   * Stores a word.
   *
   * @throws IllegalArgumentException if the file takes no such word, or the machine has no such
   *     file
   */
  static void write(ProcSources sources, String path, String text) {
    if (!areThere(sources.memory())) {
      throw new IllegalArgumentException(path + ": this machine has no huge pages for processes");
    }
    sources.hugePages().write(path.substring(FOLDER.length()), text);
  }
}
