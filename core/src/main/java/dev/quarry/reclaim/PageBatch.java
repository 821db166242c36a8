package dev.quarry.reclaim;

/** Pages that were taken off a list to be worked on, with a reference each. */
final class PageBatch {
  private final int[] pfns;
  private int size;

  PageBatch(int most) {
    this.pfns = new int[most];
  }

  int size() {
    return size;
  }

  int pfn(int index) {
    return pfns[index];
  }

  void add(int pfn) {
    pfns[size++] = pfn;
  }

  void clear() {
    size = 0;
  }
}
