package dev.quarry.observe;

import dev.quarry.physical.PhysicalMemory;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;

/** The files of {@code /proc} that a machine has, by path. */
public final class ProcFs {
  private static final Map<String, Function<PhysicalMemory, String>> FILES = new LinkedHashMap<>();

  static {
    FILES.put("/proc/buddyinfo", BuddyInfo::text);
    FILES.put("/proc/pagetypeinfo", PageTypeInfo::text);
    FILES.put("/proc/zoneinfo", ZoneInfo::text);
    FILES.put("/proc/vmstat", VmStat::text);
    FILES.put("/proc/meminfo", MemInfo::text);
    FILES.put("/proc/kpageflags", memory -> PageFiles.summary(memory, PageFiles::flags));
    FILES.put("/proc/kpagecount", memory -> PageFiles.summary(memory, PageFiles::count));
  }

  private final PhysicalMemory memory;

  /** The files of a machine with this memory. */
  public ProcFs(PhysicalMemory memory) {
    this.memory = memory;
  }

  /** All paths. */
  public static List<String> paths() {
    return List.copyOf(FILES.keySet());
  }

  /**
   * A file's text now. The two files that hold a number for each frame are shown as runs of equal
   * numbers; {@link PageFiles#write} gives their bytes.
   *
   * @return empty if there is no such file
   */
  public Optional<String> read(String path) {
    return Optional.ofNullable(FILES.get(path)).map(file -> file.apply(memory));
  }
}
