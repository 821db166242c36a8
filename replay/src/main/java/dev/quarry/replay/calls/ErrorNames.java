package dev.quarry.replay.calls;

import java.util.Map;

/** Error numbers by their names (include/uapi/asm-generic/errno*.h). */
final class ErrorNames {
  private static final int UNKNOWN = 4095;

  private static final Map<String, Integer> NUMBERS =
      Map.ofEntries(
          Map.entry("EPERM", 1),
          Map.entry("ENOENT", 2),
          Map.entry("EINTR", 4),
          Map.entry("EIO", 5),
          Map.entry("E2BIG", 7),
          Map.entry("ENOEXEC", 8),
          Map.entry("EBADF", 9),
          Map.entry("EAGAIN", 11),
          Map.entry("ENOMEM", 12),
          Map.entry("EACCES", 13),
          Map.entry("EFAULT", 14),
          Map.entry("EBUSY", 16),
          Map.entry("EEXIST", 17),
          Map.entry("ENODEV", 19),
          Map.entry("EINVAL", 22),
          Map.entry("ENOSYS", 38),
          Map.entry("EOVERFLOW", 75),
          Map.entry("EOPNOTSUPP", 95));

  private ErrorNames() {}

  /** The number of a name; for names that concern no memory, one that no call returns. */
  static int number(String name) {
    return NUMBERS.getOrDefault(name, UNKNOWN);
  }
}
