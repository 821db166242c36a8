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
}
