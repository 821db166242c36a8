package dev.quarry.slab;

import dev.quarry.machine.Cpu;
import dev.quarry.physical.Gfp;
import dev.quarry.physical.PageState;
import dev.quarry.physical.Pfn;
import java.util.concurrent.atomic.LongAdder;

/**
 * Requests above the largest general cache: whole pages, {@code kmalloc_large} and {@code
 * free_large_kmalloc} (mm/slub.c, 6.18). The first frame's mapping says what the block is.
 */
final class LargeBlocks {
  /** The mapping of a block; caches have smaller numbers. */
  private static final int LARGE = Integer.MAX_VALUE;

  private final SlabCore core;
  private final LongAdder pages = new LongAdder();

  LargeBlocks(SlabCore core) {
    this.core = core;
  }

  /** Allocates pages for {@code size} bytes; 0 if there are none, or no order is as large. */
  long allocate(Cpu cpu, long size, int gfp) {
    long nrPages = (size + (1L << core.pageShift) - 1) >>> core.pageShift;
    int order = Long.SIZE - Long.numberOfLeadingZeros(nrPages - 1);
    if (size < 0 || order > core.spec.maxOrder()) {
      core.reports.tooLarge(size, 1L << (core.pageShift + core.spec.maxOrder()));
      return KmemCache.NULL;
    }
    int pfn = core.pages.allocPages(cpu, gfp | Gfp.COMP, order);
    if (pfn == Pfn.NONE) {
      return KmemCache.NULL;
    }
    core.map.mapping(pfn, LARGE);
    count(pfn, 1L << order);
    return core.pages.directMap().pageToVirt(pfn);
  }

  private void count(int pfn, long nrPages) {
    pages.add(nrPages);
    core.countPages(core.nodeOf(pfn), false, nrPages);
  }

  /** Pages of all blocks. */
  long pages() {
    return pages.sum();
  }

  /** Whether a block of this kind begins at an address of the direct map. */
  boolean isLarge(long address) {
    int pfn = core.pfnOf(address);
    long state = core.map.state(pfn);
    return core.map.mapping(pfn) == LARGE
        && PageState.isAllocated(state)
        && (state & PageState.SLAB) == 0
        && core.pages.directMap().pageToVirt(pfn) == address;
  }

  /** The bytes of a block. */
  long bytes(long address) {
    return 1L << (core.pageShift + PageState.order(core.map.state(core.pfnOf(address))));
  }

  boolean free(Cpu cpu, long address) {
    int pfn = core.pfnOf(address);
    int order = PageState.order(core.map.state(pfn));
    core.map.mapping(pfn, 0);
    count(pfn, -(1L << order));
    return core.pages.freePages(cpu, pfn, order);
  }
}
