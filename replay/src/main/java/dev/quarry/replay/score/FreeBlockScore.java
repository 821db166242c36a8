package dev.quarry.replay.score;

import java.util.List;

/**
 * How much of what changed on the free lists was predicted: {@code 1 - sum |P - A| w / sum |A - B|
 * w} over zones and orders, with the blocks before (B), after (A) and predicted (P).
 *
 * @param blocks each block weighs 1
 * @param pages a block of an order weighs {@code 1 << order}
 */
public record FreeBlockScore(Ratio blocks, Ratio pages) {
  /** Zones in which fewer pages changed are left out. */
  private static final long LEAST_CHANGED_PAGES = 256;

  /** One zone's free blocks by order. */
  public record ZoneCounts(long[] before, long[] predicted, long[] actual) {}

  /** Adds up the zones that changed. */
  public static FreeBlockScore of(List<ZoneCounts> zones) {
    Ratio blocks = new Ratio(0, 0);
    Ratio pages = new Ratio(0, 0);
    for (ZoneCounts zone : zones) {
      Ratio zonePages = weighed(zone, true);
      if (zonePages.changes() >= LEAST_CHANGED_PAGES) {
        pages = pages.plus(zonePages);
        blocks = blocks.plus(weighed(zone, false));
      }
    }
    return new FreeBlockScore(blocks, pages);
  }

  private static Ratio weighed(ZoneCounts zone, boolean byPages) {
    long misses = 0;
    long changes = 0;
    for (int order = 0; order < zone.actual.length; order++) {
      long weight = byPages ? 1L << order : 1;
      long predicted = order < zone.predicted.length ? zone.predicted[order] : 0;
      long before = order < zone.before.length ? zone.before[order] : 0;
      misses += weight * Math.abs(predicted - zone.actual[order]);
      changes += weight * Math.abs(zone.actual[order] - before);
    }
    return new Ratio(misses, changes);
  }
}
