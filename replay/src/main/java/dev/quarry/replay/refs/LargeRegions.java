package dev.quarry.replay.refs;

import dev.quarry.kernel.Machine;
import dev.quarry.machine.Cpu;
import dev.quarry.physical.Gfp;
import dev.quarry.physical.Pfn;
import dev.quarry.virtual.PageTableLayout;
import dev.quarry.virtual.PageTables;
import dev.quarry.virtual.Pte;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

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

  /** Each region has a block of its own, and nothing but these is mapped. */
  List<String> invariants(long userBytes) {
    PageTableLayout layout = tables.layout();
    List<String> findings = new ArrayList<>();
    Set<Long> blocks = new HashSet<>();
    tables.forEachRun(
        0,
        userBytes >>> PageTableLayout.PAGE_SHIFT,
        (address, slot, entries, level) -> {
          for (int i = 0; i < entries; i++) {
            long entry = tables.memory().entry(slot + (long) i * layout.pointerBytes());
            long frame = entry & layout.frameMask() & -layout.largeBytes();
            if (Pte.isPresent(entry) && !(Pte.isLeaf(entry, level) && level > 0)) {
              findings.add("a small page at 0x" + Long.toHexString(address));
            } else if (Pte.isPresent(entry) && !blocks.add(frame)) {
              findings.add("two regions in the block 0x" + Long.toHexString(frame));
            }
          }
        });
    if (blocks.size() != mapped) {
      findings.add(blocks.size() + " regions are in the tables, " + mapped + " were mapped");
    }
    return findings;
  }

  /** Regions that were mapped. */
  long mapped() {
    return mapped;
  }
}
