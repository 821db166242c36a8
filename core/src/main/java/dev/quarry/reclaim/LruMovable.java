package dev.quarry.reclaim;

import dev.quarry.machine.Cpu;
import dev.quarry.physical.MemMap;
import dev.quarry.physical.PageAllocator;
import dev.quarry.physical.PageState;
import dev.quarry.physical.PhysicalMemory;
import dev.quarry.reclaim.compact.MovablePages;
import dev.quarry.reclaim.group.MemoryGroups;
import dev.quarry.virtual.fault.PageMigration;

/** Pages of LRU lists for compaction: isolated ones are counted, and on no list. */
final class LruMovable implements MovablePages {
  private final MemMap map;
  private final PageAllocator allocator;
  private final LruBatches batches;
  private final Lruvecs lruvecs;
  private final PageMigration migration;
  private final MemoryGroups groups;

  LruMovable(
      PhysicalMemory memory,
      PageAllocator allocator,
      LruBatches batches,
      Lruvecs lruvecs,
      PageMigration migration,
      MemoryGroups groups) {
    this.map = memory.map();
    this.allocator = allocator;
    this.batches = batches;
    this.lruvecs = lruvecs;
    this.migration = migration;
    this.groups = groups;
  }

  @Override
  public boolean isolate(int pfn, boolean ofFiles, boolean unevictable, boolean now) {
    long state = map.state(pfn);
    int flags = PageState.flags(state);
    boolean cached = (flags & PageState.SWAPCACHE) != 0 || (flags & PageState.ANON) == 0;
    boolean pinned = !cached && PageState.refcount(state) > map.mapcount(pfn);
    if (pinned || (cached && !ofFiles)) {
      return false;
    }
    int forbidden =
        PageState.HEAD
            | (unevictable ? 0 : PageState.UNEVICTABLE)
            | (now ? PageState.WRITEBACK : 0);
    boolean taken = batches.isolate(pfn, forbidden);
    if (taken) {
      count(pfn, 1);
    }
    return taken;
  }

  private void count(int pfn, int change) {
    boolean file = (map.state(pfn) & PageState.SWAPBACKED) == 0;
    Lruvec lruvec = lruvecs.lock(pfn);
    lruvec.countIsolated(file, change);
    lruvec.lock.unlock();
  }

  @Override
  public void putBack(Cpu cpu, int pfn) {
    count(pfn, -1);
    batches.putBack(cpu, pfn);
  }

  @Override
  public Moved move(Cpu cpu, int pfn, int to) {
    return switch (migration.move(cpu, pfn, to)) {
      case AGAIN -> Moved.AGAIN;
      case GONE -> {
        putBack(cpu, pfn); // with our reference, the last, it goes
        yield Moved.GONE;
      }
      case MOVED -> {
        groups.migrate(pfn, to);
        putBack(cpu, to);
        allocator.freePage(cpu, pfn);
        yield Moved.YES;
      }
    };
  }

  @Override
  public void drain(Cpu cpu) {
    batches.drain(cpu);
  }

  @Override
  public void drainAll() {
    batches.drainAll();
  }
}
