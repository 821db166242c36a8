package dev.quarry.replay.faults;

import dev.quarry.machine.MachineSpec;
import dev.quarry.machine.MachineSpecReader;
import dev.quarry.machine.Sizes;
import dev.quarry.replay.pressure.PressureSettings;
import java.util.ArrayList;
import java.util.List;

/**
 * How processes are to be played.
 *
 * @param machine changes to the machine, such as {@code ram=8G}
 * @param faultAroundBytes how much of a file one read maps
 * @param isCacheFull whether all pages of files are taken to be in the page cache; else none is
 *     until it is read
 * @param pressure how much memory there is, and swap
 * @param strict a wrong line ends the replay; else it is counted and left out
 */
public record ProcessOptions(
    List<String> machine,
    long faultAroundBytes,
    boolean isCacheFull,
    PressureSettings pressure,
    boolean strict) {
  private static final String AROUND = "fault_around_bytes=";
  private static final String CACHE = "page_cache=";
  private static final long DEFAULT_AROUND = 65536;

  /** A machine larger than most, whose memory the host gives only as it is used. */
  private static final String SPEC =
      """
      release 6.18
      cpus 0-1
      memory 0x1000-640K
      memory 1M-3G
      memory 4G-65G
      """;

  public ProcessOptions {
    machine = List.copyOf(machine);
  }

  /**
   * Reads settings {@code KEY=VALUE}.
   *
   * @throws IllegalArgumentException if a value is none
   */
  public static ProcessOptions of(List<String> settings, boolean strict) {
    List<String> machine = new ArrayList<>();
    long around = DEFAULT_AROUND;
    boolean full = true;
    PressureSettings pressure = PressureSettings.NONE;
    for (String setting : settings) {
      if (setting.startsWith(AROUND)) {
        around = Sizes.parse(setting.substring(AROUND.length()));
      } else if (setting.startsWith(CACHE)) {
        full = isFull(setting.substring(CACHE.length()));
      } else if (PressureSettings.keys().contains(key(setting))) {
        pressure = pressure.with(key(setting), setting.substring(key(setting).length() + 1));
      } else {
        machine.add(setting);
      }
    }
    return new ProcessOptions(machine, around, full, pressure, strict);
  }

  private static String key(String setting) {
    int equals = setting.indexOf('=');
    return equals < 0 ? "" : setting.substring(0, equals);
  }

  private static boolean isFull(String value) {
    if (!value.equals("full") && !value.equals("empty")) {
      throw new IllegalArgumentException("page_cache is full or empty, not \"" + value + "\"");
    }
    return value.equals("full");
  }

  /** The machine to play on. */
  MachineSpec spec() {
    var spec = MachineSpecReader.with(MachineSpecReader.read("processes", SPEC), machine);
    return pressure.on(spec);
  }
}
