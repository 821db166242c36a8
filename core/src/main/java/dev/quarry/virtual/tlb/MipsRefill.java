package dev.quarry.virtual.tlb;

import dev.quarry.virtual.PageTableLayout;
import dev.quarry.virtual.PageTables;
import dev.quarry.virtual.Pte;
import dev.quarry.virtual.TableMemory;

/**
 * The kernel's handler of a TLB refill exception: software's walk, which loads the two entries of a
 * pair from the page tables and writes neither ({@code build_r4000_tlb_refill_handler},
 * arch/mips/mm/tlbex.c, 6.18). Its own loads go through kseg0 and need no TLB.
 *
 * <p>Where a table is missing it finds entries that are not valid, as {@code invalid_pte_table} has
 * them: what follows is the exception for those.
 */
final class MipsRefill {
  private final TlbStats stats;
  private long even;
  private long odd;

  MipsRefill(TlbStats stats) {
    this.stats = stats;
  }

  /** Loads the pair that holds an address. */
  void load(PageTables tables, long address) {
    PageTableLayout layout = tables.layout();
    TableMemory memory = tables.memory();
    long pair = address & -(2L * PageTableLayout.PAGE_SIZE);
    stats.walks++;
    even = Pte.NONE;
    odd = Pte.NONE;
    long table = tables.root();
    for (int level = layout.topLevel(); ; level--) {
      long slot = memory.slot(table, pair, level);
      long entry = memory.entry(slot);
      stats.references++;
      if (level == PageTableLayout.PTE_LEVEL) {
        even = entry;
        odd = memory.entry(slot + layout.pointerBytes());
        stats.references++;
        return;
      }
      if (!Pte.isPresent(entry)) {
        return;
      }
      if (Pte.isLeaf(entry, level)) {
        // Without page masks a large page is there in pairs of small ones.
        even = (entry & ~Pte.PSE) | (pair & ((1L << layout.shift(level)) - 1));
        odd = even + PageTableLayout.PAGE_SIZE;
        return;
      }
      table = entry & layout.frameMask();
    }
  }

  /** The entry of the pair's even page. */
  long even() {
    return even;
  }

  /** The entry of the pair's odd page. */
  long odd() {
    return odd;
  }
}
