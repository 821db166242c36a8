package dev.quarry.replay.snapshot;

/** Zoneinfo of machines other than the recordings'. */
final class ZoneInfoTexts {
  private static final String ZONE =
      """
      Node NODE, zone NAME
        pages free     FREE
              min      MIN
              low      LOW
              high     HIGH
              scanned  0
              spanned  SPANNED
              present  PRESENT
              managed  PRESENT
          nr_free_pages FREE
              protection: PROTECTION
        pagesets
          cpu: 0
                    count: 5
                    high:  186
                    batch: 31
        vm stats threshold: 24
          cpu: 1
                    count: 7
                    high:  186
                    batch: 31
        vm stats threshold: 24
        all_unreclaimable: 0
        start_pfn:         START
        inactive_ratio:    6
      """;

  /**
   * An x86-32 machine as a kernel of the 3.x series shows it: no boost, no promo, no cma, one
   * "high" for a CPU's lists; 896 MiB of low memory, 2 GiB of HighMem over two nodes. Marks and
   * reserves follow from min_free_kbytes 3800 by the kernel's formulas.
   */
  static final String TWO_NODES_WITH_HIGHMEM =
      zone(0, "DMA", 1, 4095, 3976, 16, 3, "(0, 880, 2900, 2900)")
          + zone(0, "Normal", 4096, 225_280, 225_280, 933, 233, "(0, 0, 16160, 16160)")
          + zone(0, "HighMem", 229_376, 262_144, 262_144, 128, 271, "(0, 0, 0, 0)")
          + zone(1, "HighMem", 491_520, 255_000, 255_000, 128, 264, "(0, 0, 0, 0)");

  private ZoneInfoTexts() {}

  private static String zone(
      int node, String name, int start, int spanned, int present, int min, int step, String prot) {
    return ZONE.replace("NODE", Integer.toString(node))
        .replace("NAME", " ".repeat(8 - name.length()) + name)
        .replace("FREE", Integer.toString(present / 2))
        .replace("MIN", Integer.toString(min))
        .replace("LOW", Integer.toString(min + step))
        .replace("HIGH", Integer.toString(min + 2 * step))
        .replace("SPANNED", Integer.toString(spanned))
        .replace("PRESENT", Integer.toString(present))
        .replace("PROTECTION", prot)
        .replace("START", Integer.toString(start));
  }
}
