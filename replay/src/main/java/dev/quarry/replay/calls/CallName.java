package dev.quarry.replay.calls;

import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/** The system calls that change address spaces. */
public enum CallName {
  MMAP,
  MUNMAP,
  MPROTECT,
  BRK,
  MREMAP,
  MADVISE,
  MLOCK,
  MLOCK2,
  MUNLOCK,
  MLOCKALL,
  MUNLOCKALL,
  MSYNC;

  private static final Map<String, CallName> BY_NAME = new TreeMap<>();

  static {
    for (CallName name : values()) {
      BY_NAME.put(name.text(), name);
    }
  }

  /** As programs write it. */
  public String text() {
    return name().toLowerCase(Locale.ROOT);
  }

  /** The call of a name. */
  public static Optional<CallName> of(String name) {
    return Optional.ofNullable(BY_NAME.get(name));
  }
}
