package dev.quarry.reclaim.compact;

/** The settings of compaction under {@code /proc/sys/vm} (mm/compaction.c, 6.18). */
public final class CompactionSettings {
  private static final int MOST_THRESHOLD = 1000;
  private static final int MOST_PROACTIVENESS = 100;

  private volatile int extfragThreshold = 500;
  private volatile int proactiveness = 20;
  private volatile boolean unevictableAllowed = true;

  /** Up to which fragmentation index costly requests are not compacted for, 0 to 1000. */
  public int extfragThreshold() {
    return extfragThreshold;
  }

  /**
   * Sets it.
   *
   * @throws IllegalArgumentException if it is not 0 to 1000
   */
  public void extfragThreshold(int threshold) {
    extfragThreshold = between("extfrag_threshold", threshold, MOST_THRESHOLD);
  }

  /** How much is compacted before it is asked for, 0 not at all to 100. */
  public int proactiveness() {
    return proactiveness;
  }

  /**
   * Sets it.
   *
   * @throws IllegalArgumentException if it is not 0 to 100
   */
  public void proactiveness(int value) {
    proactiveness = between("compaction_proactiveness", value, MOST_PROACTIVENESS);
  }

  /** Whether pages are moved that are locked in memory. */
  public boolean unevictableAllowed() {
    return unevictableAllowed;
  }

  /** Sets whether they are, by 0 or 1. */
  public void unevictableAllowed(int value) {
    unevictableAllowed = between("compact_unevictable_allowed", value, 1) == 1;
  }

  private static int between(String name, int value, int most) {
    if (value < 0 || value > most) {
      throw new IllegalArgumentException(name + ": " + value + " is not 0 to " + most);
    }
    return value;
  }
}
