package dev.quarry.virtual.cache;

import dev.quarry.machine.Cpu;

/** Is asked for each dirty page before it is written: {@code folio_clear_dirty_for_io}. */
@FunctionalInterface
public interface PageCleaner {
  /**
   * Takes the right to write from those who map the page, so that the next write is seen; false if
   * not from all.
   */
  boolean clean(Cpu cpu, int pfn);
}
