package dev.quarry.virtual;

import dev.quarry.machine.Cpu;
import dev.quarry.physical.MemMap;
import dev.quarry.physical.PageAllocator;
import dev.quarry.physical.PageState;
import dev.quarry.physical.PhysicalMemory;

/**
 * Descriptors in blocks of pages of their own, as {@code kmalloc} serves what is larger than its
 * largest cache; for a machine without slab caches.
 */
public final class PageObjects implements ObjectMemory {
  private final PageAllocator allocator;
  private final MemMap map;
  private final int pageShift;

  /** Objects of a machine. */
  public PageObjects(PageAllocator allocator, PhysicalMemory memory) {
    this.allocator = allocator;
    this.map = memory.map();
    this.pageShift = memory.spec().pageShift();
  }

  @Override
  public long kmalloc(Cpu cpu, long bytes, int gfp) {
    long pages = (bytes + (1L << pageShift) - 1) >>> pageShift;
    int order = Long.SIZE - Long.numberOfLeadingZeros(pages - 1);
    return allocator.getFreePages(cpu, gfp, order);
  }

  @Override
  public void kfree(Cpu cpu, long address) {
    int pfn = allocator.directMap().virtToPage(address);
    allocator.freePages(cpu, pfn, PageState.order(map.state(pfn)));
  }
}
