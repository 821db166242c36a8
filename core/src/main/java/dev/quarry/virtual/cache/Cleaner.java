package dev.quarry.virtual.cache;

/** Is asked for each dirty page whether nobody can write it unseen. */
@FunctionalInterface
public interface Cleaner {
  /** Takes the right to write from those who map the page; false if not from all. */
  boolean clean(long index, int pfn);
}
