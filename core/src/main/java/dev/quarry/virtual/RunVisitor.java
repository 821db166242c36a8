package dev.quarry.virtual;

/** A look at entries that show pages, or could, and lie one after the other in one table. */
@FunctionalInterface
public interface RunVisitor {
  /**
   * Visits a run.
   *
   * @param address that the first entry stands for
   * @param slot its physical address
   * @param entries how many there are; 1 above the lowest level
   */
  void run(long address, long slot, int entries, int level);
}
