package dev.quarry.replay.movable;

import dev.quarry.machine.Cpu;
import dev.quarry.physical.MemMap;
import dev.quarry.physical.PageAllocator;
import dev.quarry.physical.PageState;
import dev.quarry.reclaim.compact.MovablePages;

/**
 * Frames that are marked, as pages that nobody is in the way of: no lock is taken, no entry pins
 * them, none is under write-back. So compaction does here what it could do at best.
 */
final class StandInPages implements MovablePages {
  private final MemMap map;
  private final PageAllocator allocator;

  StandInPages(MemMap map, PageAllocator allocator) {
    this.map = map;
    this.allocator = allocator;
  }

  @Override
  public boolean isolate(int pfn, boolean ofFiles, boolean unevictable, boolean now) {
    map.clearFlags(pfn, PageState.LRU); // the scanner has seen that it is set
    return true;
  }

  @Override
  public void putBack(Cpu cpu, int pfn) {
    map.setFlags(pfn, PageState.LRU);
  }

  @Override
  public Moved move(Cpu cpu, int pfn, int to) {
    map.setFlags(to, PageState.LRU);
    if (!allocator.freePage(cpu, pfn)) {
      throw new IllegalStateException("frame " + pfn + " was marked, and is not held");
    }
    return Moved.YES;
  }

  @Override
  public void drain(Cpu cpu) {
    // No page waits to be put on a list.
  }

  @Override
  public void drainAll() {
    // Nor on another CPU.
  }
}
