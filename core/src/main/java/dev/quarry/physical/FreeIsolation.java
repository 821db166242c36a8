package dev.quarry.physical;

import dev.quarry.machine.Cpu;

/**
 * Takes free blocks off the lists so that pages can be moved there: {@code __isolate_free_page},
 * {@code split_map_pages} (mm/page_alloc.c, mm/compaction.c, 6.18).
 *
 * <pre>
 *   free ── isolate ─► isolated ── take ─► allocated, held once
 *     ▲                    │ split: halves
 *     └───── release ──────┘
 * </pre>
 *
 * <p>Equation: pages in blocks that say ISOLATED == what their zone counts as isolated.
 */
public final class FreeIsolation {
  private final PhysicalMemory memory;
  private final MemMap map;
  private final PageAllocator allocator;

  /** For a machine's frames. */
  public FreeIsolation(PhysicalMemory memory, PageAllocator allocator) {
    this.memory = memory;
    this.map = memory.map();
    this.allocator = allocator;
  }

  /** Takes the zone's lock, so that its free lists can be gone over. */
  public void lock(Zone zone) {
    zone.lock.lock();
  }

  /** Takes it if that is possible at once. */
  public boolean tryLock(Zone zone) {
    return zone.lock.tryLock();
  }

  /** Gives it back. */
  public void unlock(Zone zone) {
    zone.lock.unlock();
  }

  /** The end of the blocks around a frame that nobody touched yet, or the frame itself. */
  public int untouchedEnd(Zone zone, int pfn) {
    zone.lock.lock();
    int end = zone.untouched.contains(pfn) ? zone.untouched.endOfRange(pfn) : pfn;
    zone.lock.unlock();
    return end;
  }

  /**
   * With the zone's lock held: takes a free block, as long as the zone stays above its min mark.
   *
   * @return its frames, or 0
   */
  public int isolate(Zone zone, int pfn, int order) {
    long mark = zone.unboostedMark(Zone.MIN) + (1L << order);
    if (!memory.watermark().ok(zone, 0, mark, 0, AllocFlags.CMA)) {
      return 0;
    }
    int type = memory.pageblocks().type(pfn);
    zone.buddy.unlink(pfn, order, type);
    zone.buddy.account(-(1L << order), type);
    map.state(pfn, PageState.isolated(order));
    zone.compaction().isolatedPages += 1L << order;
    if (order >= memory.pageblocks().order() - 1) {
      becomeMovable(zone, pfn, order);
    }
    return 1 << order;
  }

  /** A pageblock of which at least half will be others' pages is a movable one. */
  private void becomeMovable(Zone zone, int pfn, int order) {
    Pageblocks blocks = memory.pageblocks();
    for (int at = pfn; at < pfn + (1 << order); at += blocks.pages()) {
      int type = blocks.type(at);
      boolean moves = type < MigrateType.PCPTYPES && type != MigrateType.MOVABLE;
      if (moves && zone.buddy.canMovePageblock(at)) {
        zone.buddy.movePageblock(at, type, MigrateType.MOVABLE);
      }
    }
  }

  /** Makes two isolated blocks of one; the upper one's frame. */
  public int split(int pfn, int order) {
    int upper = pfn + (1 << (order - 1));
    map.state(pfn, PageState.isolated(order - 1));
    map.state(upper, PageState.isolated(order - 1));
    return upper;
  }

  /** Makes an isolated frame one that the caller holds. */
  public void take(Zone zone, int pfn) {
    map.state(pfn, PageState.allocated(0, 0));
    count(zone, -1);
  }

  /** Makes a frame that the caller holds an isolated one again. */
  public void giveBack(Zone zone, int pfn) {
    map.state(pfn, PageState.isolated(0));
    count(zone, 1);
  }

  /** Frees an isolated block. */
  public void release(Cpu cpu, Zone zone, int pfn, int order) {
    map.state(pfn, PageState.allocated(order, 0));
    count(zone, -(1L << order));
    allocator.freePages(cpu, pfn, order);
  }

  private static void count(Zone zone, long pages) {
    zone.lock.lock();
    zone.compaction().isolatedPages += pages;
    zone.lock.unlock();
  }

  /** Empties a CPU's own lists of a zone, so that blocks can join: {@code drain_local_pages}. */
  public void drain(Cpu cpu, Zone zone) {
    zone.pcp(cpu.id()).drainAll();
  }
}
