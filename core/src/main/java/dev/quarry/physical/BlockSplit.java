package dev.quarry.physical;

/** Splits an allocated block: what {@code split_page} and {@code folio_split} come to. */
final class BlockSplit {
  private BlockSplit() {}

  /**
   * Makes a block that is held once, compound or not, blocks of a smaller order, each held once.
   *
   * @throws IllegalArgumentException if the frame does not head such a block
   */
  static void split(MemMap map, int pfn, int order, int newOrder) {
    long state = map.state(pfn);
    boolean heldOnce = PageState.refcount(state) == 1 && PageState.order(state) == order;
    if (!heldOnce || newOrder < 0 || newOrder > order) {
      throw new IllegalArgumentException(
          "frame "
              + pfn
              + " does not head a block that is held once, of order "
              + order
              + " that could be split to order "
              + newOrder);
    }
    int flags = newOrder > 0 ? PageState.flags(state) : PageState.flags(state) & ~PageState.HEAD;
    map.state(pfn, PageState.allocated(newOrder, flags));
    flags &= ~PageState.PFMEMALLOC; // a mark of the first frame alone
    for (int part = 1 << newOrder; part < 1 << order; part += 1 << newOrder) {
      map.state(pfn + part, PageState.allocated(newOrder, flags));
    }
  }
}
