package dev.quarry.replay.calls;

import dev.quarry.virtual.space.Errno;
import java.util.HashMap;
import java.util.Map;

/** Error numbers by the names that strace writes. */
final class ErrorNames {
  private static final int UNKNOWN = 4095;

  private static final Map<String, Integer> NUMBERS = new HashMap<>();

  static {
    for (int number = 1; number < UNKNOWN; number++) {
      NUMBERS.put(Errno.text(-number), number);
    }
  }

  private ErrorNames() {}

  /** The number of a name; for names that concern no memory, one that no call returns. */
  static int number(String name) {
    return NUMBERS.getOrDefault(name, UNKNOWN);
  }
}
