package dev.quarry.reclaim;

import dev.quarry.reclaim.group.MemoryGroup;
import dev.quarry.reclaim.group.PageCounter;

/**
 * How many pages of each list are gone over: {@code prepare_scan_control}, {@code get_scan_count},
 * {@code calculate_pressure_balance} (mm/vmscan.c, 6.18).
 *
 * <pre>
 *   scan(list) = size &gt;&gt; priority, and of that the share of its kind:
 *
 *   size of a group = size - size * protected / (usage + 1), where others are the reason
 *   share(anon) : share(file) = swappiness / (cost + anon cost) : (200 - swappiness) / (cost + file cost)
 * </pre>
 */
final class ScanCounts {
  private static final int MAX_SWAPPINESS = 200;

  private enum Balance {
    EQUAL,
    FRACTION,
    ANON,
    FILE
  }

  private ScanCounts() {}

  /** Looks at a node's lists before they are gone over. */
  static void prepare(Lruvec lruvec, ScanControl scan, long freePages, long highMarks) {
    scan.anonCost = lruvec.anonCost;
    scan.fileCost = lruvec.fileCost;
    scan.deactivateAnon = mayDeactivate(lruvec, scan, false);
    scan.deactivateFile = mayDeactivate(lruvec, scan, true);
    long inactiveFile = lruvec.size(LruList.INACTIVE_FILE);
    scan.cacheTrimMode = inactiveFile >> scan.priority != 0 && !scan.deactivateFile;
    if (!scan.scope.isGroup()) {
      long file = lruvec.nodeSize(LruList.INACTIVE_FILE) + lruvec.nodeSize(LruList.ACTIVE_FILE);
      scan.fileIsTiny =
          file + freePages <= highMarks
              && !scan.deactivateAnon
              && lruvec.nodeSize(LruList.INACTIVE_ANON) >> scan.priority != 0;
    }
  }

  private static boolean mayDeactivate(Lruvec lruvec, ScanControl scan, boolean file) {
    return scan.forceDeactivate
        || lruvec.activations(file) != lruvec.refaults[file ? 1 : 0]
        || lruvec.isInactiveLow(file);
  }

  /** Pages to go over, by list. */
  static long[] of(Lruvec lruvec, ScanControl scan, boolean canSwap) {
    int swappiness = scan.scope.swappiness();
    Balance balance = balance(scan, canSwap, swappiness);
    long total = scan.anonCost + scan.fileCost;
    long anonCost = total + scan.anonCost;
    long fileCost = total + scan.fileCost;
    long both = anonCost + fileCost;
    long anon = swappiness * (both + 1) / (anonCost + 1);
    long file = (MAX_SWAPPINESS - swappiness) * (both + 1) / (fileCost + 1);
    long[] counts = new long[LruList.values().length];
    for (LruList list : LruList.EVICTABLE) {
      long pages = unprotected(lruvec, scan, lruvec.size(list, scan.highestZone)) >> scan.priority;
      counts[list.ordinal()] =
          switch (balance) {
            case EQUAL -> pages;
            case FRACTION -> roundUp(pages * (list.isFile() ? file : anon), anon + file);
            case FILE -> list.isFile() ? pages : 0;
            case ANON -> list.isFile() ? 0 : pages;
          };
    }
    return counts;
  }

  /**
   * What may be gone over of a group that is protected in part: {@code
   * apply_proportional_protection}. The further it is above, the more.
   */
  static long unprotected(Lruvec lruvec, ScanControl scan, long pages) {
    MemoryGroup group = lruvec.group();
    if (group.isRoot() || group == scan.scope.target()) {
      return pages;
    }
    PageCounter counter = group.memory();
    long min = counter.effectiveMin();
    long low = counter.effectiveLow();
    if (min == 0 && low == 0) {
      return pages;
    }
    boolean bothCount = !scan.reclaimsLow && low > min;
    long kept = bothCount ? low : min;
    scan.skippedLow |= bothCount; // before anybody is killed, that is to be tried too
    long usage = Math.max(counter.usage(), kept);
    long left = pages - (long) ((double) pages * kept / (usage + 1));
    return Math.max(left, ScanControl.CLUSTER);
  }

  private static long roundUp(long dividend, long divisor) {
    return (dividend + divisor - 1) / divisor;
  }

  private static Balance balance(ScanControl scan, boolean canSwap, int swappiness) {
    if (!scan.maySwap || !canSwap || (scan.scope.isGroup() && swappiness == 0)) {
      return Balance.FILE;
    }
    if (scan.priority == 0 && swappiness != 0) {
      return Balance.EQUAL;
    }
    if (scan.fileIsTiny) {
      return Balance.ANON;
    }
    return scan.cacheTrimMode ? Balance.FILE : Balance.FRACTION;
  }
}
