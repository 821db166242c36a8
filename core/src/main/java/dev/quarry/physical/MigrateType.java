package dev.quarry.physical;

import java.util.List;

/**
 * How movable the pages of a pageblock are: {@code enum migratetype} (include/linux/mmzone.h,
 * 6.18). Plain ints, as they index lists on hot paths. CMA is always built; a machine without CMA
 * areas never uses it.
 */
public final class MigrateType {
  public static final int UNMOVABLE = 0;
  public static final int MOVABLE = 1;
  public static final int RECLAIMABLE = 2;
  public static final int HIGHATOMIC = 3;
  public static final int CMA = 4;
  public static final int ISOLATE = 5;

  /** Types that have per-CPU lists and fall back to each other: the first three. */
  public static final int PCPTYPES = 3;

  /** How many types there are. */
  public static final int COUNT = 6;

  private static final List<String> NAMES =
      List.of("Unmovable", "Movable", "Reclaimable", "HighAtomic", "CMA", "Isolate");
  private static final String LETTERS = "UMEHCI";

  private MigrateType() {}

  /** The name in {@code /proc/pagetypeinfo}. */
  public static String label(int type) {
    return NAMES.get(type);
  }

  /** The letter in the lines of a failure report. */
  public static char letter(int type) {
    return LETTERS.charAt(type);
  }

  /** The type of a name in {@code /proc/pagetypeinfo}, or -1. */
  public static int ofLabel(String label) {
    return NAMES.indexOf(label);
  }
}
