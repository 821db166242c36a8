package dev.quarry.replay.refs;

import java.util.Arrays;

/**
 * Exact LRU stack distances of page references in one pass (Mattson's inclusion property; the tree
 * of sums is Fenwick's).
 *
 * <pre>
 *   time   1  2  3  4  5  6  7        a mark at the last touch of each page
 *   page   A  B  C  B  A  D  ·
 *   mark   .  .  x  x  x  x           A again at 7: B, C, D and itself: distance 3 + 1
 * </pre>
 *
 * <p>Times are packed together when they run out, so that memory grows with the pages alone.
 */
public final class StackDistances {
  private static final int FIRST_TIMES = 1 << 12;
  private static final long NO_PAGE = -1;

  private final PageTable pages = new PageTable();

  /** By page's number: when it was touched last. */
  private int[] lastTime = new int[1 << 10];

  /** By time: which page's last touch it is, or -1. */
  private int[] pageAt = new int[FIRST_TIMES + 1];

  /** Sums of marks. */
  private int[] tree = new int[FIRST_TIMES + 1];

  private int now;

  /** By distance: how many references had it. */
  private long[] histogram = new long[1 << 10];

  private long references;
  private long cold;
  private long lastPage = NO_PAGE;

  /** None so far. */
  public StackDistances() {}

  /** Takes the references of a batch; those that cross a page touch both. */
  public void take(RefBatch batch) {
    for (int i = 0; i < batch.size; i++) {
      long address = batch.addresses[i];
      long first = address >>> PageTable.PAGE_SHIFT;
      long last = (address + batch.bytes[i] - 1) >>> PageTable.PAGE_SHIFT;
      touch(first, batch.counts[i]);
      for (long page = first + 1; page <= last; page++) {
        touch(page, 1);
      }
    }
  }

  /** A page is referred to so many times, one after the other. */
  public void touch(long page, int times) {
    references += times;
    if (page == lastPage) {
      histogram[1] += times;
      return;
    }
    lastPage = page;
    histogram[1] += times - 1;
    int number = pages.numberOf(page);
    if (number == lastTime.length) {
      lastTime = Arrays.copyOf(lastTime, 2 * number);
    }
    int before = lastTime[number];
    if (before == 0) {
      cold++;
    } else {
      int distance = pages.size() - sum(before) + 1;
      if (distance >= histogram.length) {
        histogram = Arrays.copyOf(histogram, Math.max(2 * histogram.length, distance + 1));
      }
      histogram[distance]++;
      add(before, -1);
      pageAt[before] = -1;
    }
    if (now + 1 == tree.length) {
      pack();
    }
    now++;
    lastTime[number] = now;
    pageAt[now] = number;
    add(now, 1);
  }

  /** How many marks there are up to a time. */
  private int sum(int time) {
    int sum = 0;
    for (int i = time; i > 0; i &= i - 1) {
      sum += tree[i];
    }
    return sum;
  }

  private void add(int time, int change) {
    for (int i = time; i < tree.length; i += i & -i) {
      tree[i] += change;
    }
  }

  /** Gives the pages the times 1, 2, ... in the order of their last touches, and room above. */
  private void pack() {
    int[] old = pageAt;
    int most = Math.max(FIRST_TIMES, 4 * Integer.highestOneBit(pages.size()));
    int length = most + 1;
    pageAt = new int[length];
    tree = new int[length];
    int time = 0;
    for (int i = 1; i <= now; i++) {
      if (old[i] >= 0) {
        time++;
        pageAt[time] = old[i];
        lastTime[old[i]] = time;
        tree[time] = 1;
      }
    }
    now = time;
    for (int i = 1; i < length; i++) {
      int parent = i + (i & -i);
      if (parent < length) {
        tree[parent] += tree[i];
      }
    }
  }

  /** All references so far. */
  public long references() {
    return references;
  }

  /** Pages that were touched. */
  public int pages() {
    return pages.size();
  }

  /** The curve so far. */
  public MissRatioCurve curve() {
    long[] distances = Arrays.copyOf(histogram, Math.max(pages.size() + 1, 2));
    return new MissRatioCurve(references, cold, distances);
  }
}
