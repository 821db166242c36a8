package dev.quarry.explain.log;

import java.util.Map;

/**
 * kB in a page, which no report prints: the smallest block tells it, or counters that are in both
 * units.
 */
final class PageSize {
  private static final int SMALLEST_KB = 4;
  private static final int LARGEST_KB = 64;

  /** Fewer pages than this say too little: counters are printed a moment after one another. */
  private static final long FEWEST_PAGES = 64;

  private PageSize() {}

  static int kb(
      ZoneTable zones,
      Map<String, Long> pages,
      Map<Integer, Map<String, Long>> nodes,
      Problems problems,
      long line) {
    long smallest = zones.smallestBlockKb();
    if (smallest >= SMALLEST_KB && smallest <= LARGEST_KB && Long.bitCount(smallest) == 1) {
      return (int) smallest;
    }
    if (smallest != 0) {
      problems.add(line, "blocks of " + smallest + " kB are no pages of any kernel");
    }
    int compared = compared(zones, pages, nodes);
    if (compared > 0) {
      return compared;
    }
    if (!zones.isEmpty()) {
      problems.add(line, "nothing tells how large a page is; 4 kB are assumed");
    }
    return SMALLEST_KB;
  }

  /** By the largest counter that is printed in pages and in kB; 0 if there is none. */
  private static int compared(
      ZoneTable zones, Map<String, Long> pages, Map<Integer, Map<String, Long>> nodes) {
    long most = FEWEST_PAGES;
    int size = 0;
    for (Map.Entry<String, Long> counter : pages.entrySet()) {
      long kb = zones.sumKb(counter.getKey());
      if (kb == 0) {
        kb = nodes.values().stream().mapToLong(n -> n.getOrDefault(counter.getKey(), 0L)).sum();
      }
      long count = counter.getValue();
      if (count > most && kb > 0) {
        most = count;
        size = nearest((double) kb / count);
      }
    }
    return size;
  }

  private static int nearest(double kb) {
    int size = SMALLEST_KB;
    while (size < LARGEST_KB && kb > 1.4 * size) {
      size *= 2;
    }
    return size;
  }
}
