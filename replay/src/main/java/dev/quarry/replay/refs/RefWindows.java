package dev.quarry.replay.refs;

import java.util.Arrays;

/** What each window of so many references did. */
public final class RefWindows {
  private final long references;
  private int count;
  private int[] workingSet = new int[256];
  private long[] resident = new long[256];
  private long[] faults = new long[256];
  private long[] misses = new long[256];
  private long faultsBefore;
  private long missesBefore;

  RefWindows(long references) {
    this.references = references;
  }

  /** Ends a window; sums are since the beginning. */
  void add(int pages, long residentPages, long allFaults, long allMisses) {
    if (count == workingSet.length) {
      workingSet = Arrays.copyOf(workingSet, 2 * count);
      resident = Arrays.copyOf(resident, 2 * count);
      faults = Arrays.copyOf(faults, 2 * count);
      misses = Arrays.copyOf(misses, 2 * count);
    }
    workingSet[count] = pages;
    resident[count] = residentPages;
    faults[count] = allFaults - faultsBefore;
    misses[count] = allMisses - missesBefore;
    faultsBefore = allFaults;
    missesBefore = allMisses;
    count++;
  }

  /** References in a window; the last may have fewer. */
  public long references() {
    return references;
  }

  /** How many windows there are. */
  public int count() {
    return count;
  }

  /** Pages of 4 KiB that a window touched. */
  public int workingSet(int window) {
    return workingSet[window];
  }

  /** Pages in memory at a window's end. */
  public long resident(int window) {
    return resident[window];
  }

  /** Page faults in a window. */
  public long faults(int window) {
    return faults[window];
  }

  /** TLB misses in a window, of the last level. */
  public long misses(int window) {
    return misses[window];
  }

  /** The mean working set of whole windows, in pages. */
  public double meanWorkingSet() {
    long sum = 0;
    for (int i = 0; i < count; i++) {
      sum += workingSet[i];
    }
    return count == 0 ? 0 : sum / (double) count;
  }
}
