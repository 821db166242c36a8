package dev.quarry.physical;

import java.util.List;

/**
 * How much may be dirty and for how long: the settings {@code vm.dirty_*} (mm/page-writeback.c,
 * 6.18). Of a ratio and its number of bytes one is in force; the other is 0.
 */
public final class DirtySettings {
  /** The names under {@code /proc/sys/vm}. */
  public static final List<String> NAMES =
      List.of(
          "dirty_background_bytes",
          "dirty_background_ratio",
          "dirty_bytes",
          "dirty_expire_centisecs",
          "dirty_ratio",
          "dirty_writeback_centisecs");

  private static final long MOST_PERCENT = 100;
  private static final long NANOS = 10_000_000;

  private long ratio = 20;
  private long bytes;
  private long backgroundRatio = 10;
  private long backgroundBytes;
  private long expireCentisecs = 3_000;

  /** Asked for by each page fault, without the lock. */
  private volatile long writebackCentisecs = 500;

  /** What Linux 6.18 starts with. */
  public DirtySettings() {}

  /** A setting's value. */
  public synchronized long get(String name) {
    return switch (name) {
      case "dirty_background_bytes" -> backgroundBytes;
      case "dirty_background_ratio" -> backgroundRatio;
      case "dirty_bytes" -> bytes;
      case "dirty_expire_centisecs" -> expireCentisecs;
      case "dirty_ratio" -> ratio;
      case "dirty_writeback_centisecs" -> writebackCentisecs;
      default -> throw new IllegalArgumentException("\"" + name + "\" is no setting");
    };
  }

  /**
   * Sets one.
   *
   * @throws IllegalArgumentException for a value that it cannot have
   */
  public synchronized void set(String name, long value, long pageBytes) {
    switch (name) {
      case "dirty_background_bytes" -> {
        backgroundBytes = between(name, value, 1, Long.MAX_VALUE);
        backgroundRatio = 0;
      }
      case "dirty_background_ratio" -> {
        backgroundRatio = between(name, value, 0, MOST_PERCENT);
        backgroundBytes = 0;
      }
      case "dirty_bytes" -> {
        bytes = between(name, value, 2 * pageBytes, Long.MAX_VALUE);
        ratio = 0;
      }
      case "dirty_ratio" -> {
        ratio = between(name, value, 0, MOST_PERCENT);
        bytes = 0;
      }
      case "dirty_expire_centisecs" -> expireCentisecs = between(name, value, 0, Integer.MAX_VALUE);
      case "dirty_writeback_centisecs" ->
          writebackCentisecs = between(name, value, 0, Integer.MAX_VALUE);
      default -> throw new IllegalArgumentException("\"" + name + "\" is no setting");
    }
  }

  private static long between(String name, long value, long least, long most) {
    if (value < least || value > most) {
      throw new IllegalArgumentException(
          "vm." + name + " " + value + " is not " + least + " to " + most);
    }
    return value;
  }

  /** How old a file's oldest dirty page gets before the flusher writes it. */
  public long expireNanos() {
    return get("dirty_expire_centisecs") * NANOS;
  }

  /** How often the flusher looks for old pages; 0: never. */
  public long writebackNanos() {
    return writebackCentisecs * NANOS;
  }
}
