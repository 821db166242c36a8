package dev.quarry.reclaim;

/**
 * How it is decided which pages go: the part of reclaim that classic lists and generations do
 * differently.
 */
interface LruPolicy {
  /** Takes pages of a node as far as one priority goes: {@code shrink_lruvec}. */
  void shrink(Lruvec lruvec, ScanControl scan);

  /** Keeps lists in order while nothing is taken: {@code kswapd_age_node}. */
  void age(Lruvec lruvec, ScanControl scan);
}
