package dev.quarry.conform;

import dev.quarry.virtual.space.SpaceSettings.Overcommit;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;

/** What the host must be to be compared with. */
public final class Platform {
  /** The first kernel with PROCMAP_QUERY. */
  private static final int LEAST_MAJOR = 6;

  private static final int LEAST_MINOR = 11;

  private Platform() {}

  /** The release of the kernel that is running. */
  public static String release() {
    return System.getProperty("os.version", "unknown");
  }

  /**
   * Says what is missing.
   *
   * @throws ConformException if there is something
   */
  public static void check() {
    String os = System.getProperty("os.name", "");
    String processor = System.getProperty("os.arch", "");
    if (!os.equals("Linux") || !processor.equals("amd64")) {
      throw new ConformException(
          "conform compares with the Linux kernel that is running, on x86-64; this is "
              + os
              + " on "
              + processor);
    }
    String[] numbers = release().split("[^0-9]+");
    int major = numbers.length > 0 ? Integer.parseInt(numbers[0]) : 0;
    int minor = numbers.length > 1 ? Integer.parseInt(numbers[1]) : 0;
    if (major < LEAST_MAJOR || (major == LEAST_MAJOR && minor < LEAST_MINOR)) {
      throw new ConformException(
          String.format(
              Locale.ROOT,
              "conform asks for areas with PROCMAP_QUERY, which Linux has from %d.%d on; this is %s",
              LEAST_MAJOR,
              LEAST_MINOR,
              release()));
    }
    overcommit();
  }

  static Overcommit overcommit() {
    long mode = number("/proc/sys/vm/overcommit_memory");
    return switch ((int) mode) {
      case 0 -> Overcommit.GUESS;
      case 1 -> Overcommit.ALWAYS;
      default ->
          throw new ConformException(
              "vm.overcommit_memory is "
                  + mode
                  + ": what is refused depends on all processes; conform needs 0 or 1");
    };
  }

  /** Whether the host can swap: a line for each place, behind a headline. */
  static boolean hasSwap() {
    return lines("/proc/swaps").size() > 1;
  }

  private static List<String> lines(String file) {
    try {
      return Files.readAllLines(Path.of(file));
    } catch (IOException e) {
      throw new ConformException(file + " cannot be read: " + e.getMessage(), e);
    }
  }

  static long number(String file) {
    return Long.parseLong(lines(file).getFirst().strip());
  }
}
