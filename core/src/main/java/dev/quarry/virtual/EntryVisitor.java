package dev.quarry.virtual;

/** Is given an entry that showed a page, or said where in swap it is. */
@FunctionalInterface
public interface EntryVisitor {
  /**
   * Visits an entry.
   *
   * @param address that it stood for
   * @param entry never {@link Pte#NONE}
   */
  void entry(long address, long entry);

  /**
   * Visits an entry that showed a large page.
   *
   * @param slot where it was
   */
  default void large(long address, long slot, long entry) {
    entry(address, entry);
  }

  /**
   * Is asked to make small entries of a large one, of which a part is to be cleared.
   *
   * @param slot where it is
   * @return false: it cannot be split
   */
  default boolean split(long address, long slot) {
    return false;
  }
}
