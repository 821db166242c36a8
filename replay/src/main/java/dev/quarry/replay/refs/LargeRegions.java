package dev.quarry.replay.refs;

import dev.quarry.kernel.Machine;
import dev.quarry.machine.Cpu;
import dev.quarry.physical.Gfp;
import dev.quarry.physical.Pfn;
import dev.quarry.virtual.PageTableLayout;
import dev.quarry.virtual.PageTables;
import dev.quarry.virtual.Pte;

/**
 * A program whose every region of 2 MiB is one large page, with all rights, from its first touch
 * on: what large pages could do at best for a TLB, and what they cost in memory.
 */
final class LargeRegions {
  private static final int ORDER = 9;
  private static final long RIGHTS = Pte.PRESENT | Pte.RW | Pte.USER | Pte.ACCESSED;

  private final Machine machine;
  private final Cpu cpu;
  private final PageTables tables;
  private long mapped;

  LargeRegions(Machine machine, Cpu cpu, PageTables tables) {
    this.machine = machine;
    this.cpu = cpu;
    this.tables = tables;
  }

  /** Maps the region of an address. */
  void map(long address) {
    long bytes = tables.layout().largeBytes();
    int gfp = Gfp.GFP_TRANSHUGE_LIGHT | Gfp.ZERO;
    int pfn = machine.allocator().allocPages(cpu, gfp, ORDER);
    if (pfn == Pfn.NONE) {
      throw new RefException(
          "after "
              + mapped
              + " pages of 2M no block of order "
              + ORDER
              + " is free; another --machine may have more");
    }
    long physical = (long) pfn << PageTableLayout.PAGE_SHIFT;
    tables.mapRange(
        cpu,
        Gfp.GFP_KERNEL_ACCOUNT,
        address & -bytes,
        1L << ORDER,
        physical,
        RIGHTS,
        PageTableLayout.LARGE_LEVEL);
    mapped++;
  }

  /** Regions that were mapped. */
  long mapped() {
    return mapped;
  }
}
