package dev.quarry.physical;

/**
 * What has to happen to a page of an LRU list when its last reference goes: {@code
 * __page_cache_release} (mm/swap.c, 6.18). The floor that keeps the lists does it.
 */
@FunctionalInterface
public interface LastReference {
  /** Nobody keeps lists. */
  LastReference NONE = pfn -> false;

  /**
   * Takes a page off its list, unless somebody has got hold of it meanwhile.
   *
   * @return false if nobody keeps lists: the frame's state is wrong
   */
  boolean leaveLru(int pfn);
}
