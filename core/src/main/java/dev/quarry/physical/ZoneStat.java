package dev.quarry.physical;

import java.util.List;
import java.util.Locale;

/**
 * The statistics kept for each zone: {@code enum zone_stat_item} (include/linux/mmzone.h, 6.18), in
 * its order and under the names of {@code /proc/vmstat}. The three about free pages are computed,
 * floors above this one write the others. Pages.
 */
public enum ZoneStat {
  NR_FREE_PAGES,
  NR_FREE_PAGES_BLOCKS,
  NR_ZONE_INACTIVE_ANON,
  NR_ZONE_ACTIVE_ANON,
  NR_ZONE_INACTIVE_FILE,
  NR_ZONE_ACTIVE_FILE,
  NR_ZONE_UNEVICTABLE,
  NR_ZONE_WRITE_PENDING,
  NR_MLOCK,
  NR_ZSPAGES,
  NR_FREE_CMA;

  private final String label = name().toLowerCase(Locale.ROOT);

  /** The name that the kernel prints. */
  public String label() {
    return label;
  }

  /** Those that a failure report lists between its marks and its totals, in its order. */
  static List<ZoneStat> inFailureReport() {
    return List.of(
        NR_ZONE_ACTIVE_ANON,
        NR_ZONE_INACTIVE_ANON,
        NR_ZONE_ACTIVE_FILE,
        NR_ZONE_INACTIVE_FILE,
        NR_ZONE_UNEVICTABLE,
        NR_ZONE_WRITE_PENDING,
        NR_ZSPAGES);
  }

  /** The name in a failure report. */
  String reportLabel() {
    return label
        .replace("nr_zone_", "")
        .replace("nr_", "")
        .replace("write_pending", "writepending");
  }
}
