package dev.quarry.reclaim.compact;

import dev.quarry.physical.Pfn;
import dev.quarry.physical.PhysicalMemory;
import dev.quarry.physical.VmEvent;

/**
 * Moves the pages that the migrate scanner took to frames of the free scanner: {@code
 * migrate_pages} (mm/migrate.c, 6.18). What is left to be put back stays in the queue.
 */
final class PageMover {
  /** NR_MAX_MIGRATE_ASYNC_RETRY and NR_MAX_MIGRATE_PAGES_RETRY. */
  private static final int ASYNC_PASSES = 3;

  private static final int SYNC_PASSES = 10;

  /** How it ended. */
  enum Result {
    DONE,
    /** Some could not move. */
    FAILED,
    /** There is no frame to move them to: the scanners have met, or the zone is at its mark. */
    NO_MEMORY
  }

  private final PhysicalMemory memory;
  private final MovablePages pages;
  private final FreeScanner free;

  PageMover(PhysicalMemory memory, MovablePages pages, FreeScanner free) {
    this.memory = memory;
    this.pages = pages;
    this.free = free;
  }

  Result move(CompactControl control) {
    long before = control.moved;
    int passes = control.isAsync() ? ASYNC_PASSES : SYNC_PASSES;
    boolean frames = true;
    for (int pass = 0; pass < passes && frames && !control.migratePages.isEmpty(); pass++) {
      frames = onePass(control);
    }
    int left = control.migratePages.size();
    int failed = frames ? left : 1;
    control.failed += failed;
    count(control, VmEvent.PGMIGRATE_SUCCESS, control.moved - before);
    count(control, VmEvent.PGMIGRATE_FAIL, failed);
    if (!frames) {
      return Result.NO_MEMORY;
    }
    return left == 0 ? Result.DONE : Result.FAILED;
  }

  private void count(CompactControl control, VmEvent event, long pagesCounted) {
    memory.events().count(control.cpu.id(), event, pagesCounted);
  }

  /** Tries each page once; false: there is no frame left. */
  private boolean onePass(CompactControl control) {
    int count = control.migratePages.size();
    for (int i = 0; i < count; i++) {
      int to = free.allocate(control); // the page still counts as one that needs a frame
      if (to == Pfn.NONE) {
        return false;
      }
      int pfn = control.migratePages.removeFirst();
      switch (pages.move(control.cpu, pfn, to)) {
        case YES -> control.moved++;
        case GONE -> {
          control.moved++;
          free.putBack(control, to);
        }
        case AGAIN -> {
          free.putBack(control, to);
          control.migratePages.addLast(pfn);
        }
      }
    }
    return true;
  }
}
