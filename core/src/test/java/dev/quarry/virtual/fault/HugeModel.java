package dev.quarry.virtual.fault;

/** What each page of a window holds, by two of its words, and what may be done with it. */
final class HugeModel {
  /** Six huge pages. */
  static final int PAGES = 6 * 512;

  static final int UNMAPPED = -1;

  final int[] prot = new int[PAGES];
  final long[] first = new long[PAGES];
  final long[] last = new long[PAGES];

  HugeModel() {
    java.util.Arrays.fill(prot, UNMAPPED);
  }

  HugeModel fork() {
    HugeModel child = new HugeModel();
    System.arraycopy(prot, 0, child.prot, 0, PAGES);
    System.arraycopy(first, 0, child.first, 0, PAGES);
    System.arraycopy(last, 0, child.last, 0, PAGES);
    return child;
  }

  void fill(int from, int end, int access) {
    for (int i = from; i < end; i++) {
      prot[i] = access;
      first[i] = 0;
      last[i] = 0;
    }
  }

  void drop(int from, int end) {
    for (int i = from; i < end; i++) {
      first[i] = 0;
      last[i] = 0;
    }
  }

  void move(int from, int to, int pages) {
    System.arraycopy(prot, from, prot, to, pages);
    System.arraycopy(first, from, first, to, pages);
    System.arraycopy(last, from, last, to, pages);
    fill(from, from + pages, UNMAPPED);
  }

  boolean isReadable(int page) {
    return prot[page] > 0;
  }

  boolean isWritable(int page) {
    return prot[page] > 0 && (prot[page] & 2) != 0;
  }
}
