package dev.quarry.physical;

import dev.quarry.kernel.Machine;

/**
 * Lays out a machine's free memory to a test's wish: at first everything is held by somebody and
 * nothing is free; then blocks are added.
 */
final class FreeMemory {
  private final Machine machine;
  private final StateLoader loader;

  FreeMemory(Machine machine) {
    this.machine = machine;
    this.loader = new StateLoader(machine.memory());
    for (int pfn = 0; pfn < machine.spec().endPfn(); pfn += machine.memory().pageblocks().pages()) {
      loader.pageblock(pfn, MigrateType.MOVABLE);
    }
  }

  /** Adds a free block behind those of its list; its pageblock gets the type. */
  FreeMemory block(int pfn, int order, int type) {
    Zone zone = machine.memory().zoneOf(pfn);
    if (zone == null) {
      throw new IllegalArgumentException("frame " + pfn + " is in no zone");
    }
    loader.freeBlock(zone, pfn, order, type);
    return this;
  }

  /** Makes the first {@code pages} frames from {@code pfn} on free, in the largest blocks. */
  FreeMemory pages(int pfn, int pages, int type) {
    int at = pfn;
    for (int order = machine.memory().pageblocks().order(); order >= 0; order--) {
      if ((pages >>> order & 1) != 0) {
        block(at, order, type);
        at += 1 << order;
      }
    }
    return this;
  }

  /** Marks {@code pages} held frames that end before {@code end} as ones that can be moved. */
  FreeMemory lru(int end, int pages) {
    for (int pfn = end - pages; pfn < end; pfn++) {
      machine.memory().map().setFlags(pfn, PageState.LRU);
    }
    return this;
  }
}
