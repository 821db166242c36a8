package dev.quarry.observe;

import dev.quarry.virtual.space.SpaceSettings;
import dev.quarry.virtual.space.SpaceSettings.Overcommit;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.ToLongFunction;

/**
 * The settings of address spaces in {@code /proc/sys/vm}, which may be written: {@code
 * overcommit_sysctl_table}, {@code vm_table} (mm/util.c, mm/mmap.c, kernel/sysctl.c, 6.18).
 */
final class SpaceSysctls {
  private static final Map<String, Setting> FILES = new LinkedHashMap<>();

  static {
    put("overcommit_memory", s -> s.overcommit().ordinal(), 2, (s, v) -> overcommit(s, (int) v));
    put(
        "overcommit_ratio",
        SpaceSettings::overcommitRatio,
        Integer.MAX_VALUE,
        (s, v) -> s.overcommitRatio((int) v));
    put(
        "overcommit_kbytes",
        SpaceSettings::overcommitKbytes,
        Long.MAX_VALUE,
        SpaceSettings::overcommitKbytes);
    put(
        "max_map_count",
        SpaceSettings::maxMapCount,
        Integer.MAX_VALUE,
        (s, v) -> s.maxMapCount((int) v));
    put("mmap_min_addr", SpaceSettings::mmapMinAddr, Long.MAX_VALUE, SpaceSettings::mmapMinAddr);
    put("legacy_va_layout", s -> s.legacyLayout() ? 1 : 0, 1, (s, v) -> s.legacyLayout(v == 1));
    put(
        "user_reserve_kbytes",
        SpaceSettings::userReserveKbytes,
        Long.MAX_VALUE,
        SpaceSettings::userReserveKbytes);
    put(
        "admin_reserve_kbytes",
        SpaceSettings::adminReserveKbytes,
        Long.MAX_VALUE,
        SpaceSettings::adminReserveKbytes);
  }

  private SpaceSysctls() {}

  /** Takes a value. */
  private interface Setter {
    void set(SpaceSettings settings, long value);
  }

  private record Setting(ToLongFunction<SpaceSettings> get, long most, Setter set) {}

  private static void put(String name, ToLongFunction<SpaceSettings> get, long most, Setter set) {
    FILES.put(name, new Setting(get, most, set));
  }

  private static void overcommit(SpaceSettings settings, int mode) {
    settings.overcommit(
        switch (mode) {
          case 1 -> Overcommit.ALWAYS;
          case 2 -> Overcommit.NEVER;
          default -> Overcommit.GUESS;
        });
  }

  /** The files by name. */
  static List<String> names() {
    return List.copyOf(FILES.keySet());
  }

  /** A file's text. */
  static String text(String name, SpaceSettings settings) {
    return setting(name).get().applyAsLong(settings) + "\n";
  }

  private static Setting setting(String name) {
    Setting setting = FILES.get(name);
    if (setting == null) {
      throw new IllegalArgumentException("there is no setting " + name);
    }
    return setting;
  }

  /**
   * Writes a file.
   *
   * @throws IllegalArgumentException if it takes no such text
   */
  static void write(String name, String text, SpaceSettings settings) {
    Setting setting = setting(name);
    long value;
    try {
      value = Long.parseLong(text.strip());
    } catch (NumberFormatException e) {
      throw new IllegalArgumentException(name + " is a number, not \"" + text + "\"", e);
    }
    if (value < 0 || value > setting.most()) {
      throw new IllegalArgumentException(name + " " + value + " is not 0 to " + setting.most());
    }
    setting.set().set(settings, value);
  }
}
