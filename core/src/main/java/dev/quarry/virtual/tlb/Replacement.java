package dev.quarry.virtual.tlb;

/** Which entry of a set gives way. */
public enum Replacement {
  /** The one that was used least recently. */
  LRU,
  /**
   * What a tree of bits points at, each of which says which half was used less recently: most
   * processors' choice. Needs a power of two of ways.
   */
  TREE
}
