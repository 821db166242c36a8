package dev.quarry.virtual.cache;

/** Is given each page of a cache. */
@FunctionalInterface
public interface PageVisitor {
  /** Visits a page. */
  void page(long index, int pfn);
}
