package dev.quarry.observe;

import dev.quarry.virtual.space.MapsText;
import dev.quarry.virtual.space.MmStruct;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** The files of {@code /proc/PID} that concern a process's memory. */
public final class ProcessFiles {
  private ProcessFiles() {}

  /** Their names. */
  public static List<String> names() {
    List<String> names = new ArrayList<>();
    names.addAll(List.of("maps", "smaps", "smaps_rollup", "pagemap", "numa_maps"));
    names.addAll(List.of("status", "statm", "stat", "cmdline"));
    names.addAll(OomFiles.names());
    return List.copyOf(names);
  }

  /**
   * A file's text now.
   *
   * @return empty if there is no such file
   */
  public static Optional<String> read(int pid, MmStruct mm, String name) {
    return switch (name) {
      case "maps" -> Optional.of(MapsText.text(mm));
      case "smaps" -> Optional.of(Smaps.text(mm));
      case "smaps_rollup" -> Optional.of(Smaps.rollup(mm));
      case "pagemap" -> Optional.of(PageMapText.text(mm));
      case "numa_maps" -> Optional.of(NumaMaps.text(mm));
      case "status" -> Optional.of(ProcessStatus.status(pid, mm));
      case "stat" -> Optional.of(ProcessStatus.stat(pid, mm));
      case "cmdline" -> Optional.of(mm.task().comm() + "\0");
      case "statm" -> Optional.of(ProcessStatus.statm(mm));
      default -> OomFiles.read(mm.spaces().kernel().memory(), mm, name);
    };
  }
}
