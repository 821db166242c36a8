package dev.quarry.virtual.fault;

import dev.quarry.machine.Cpu;
import dev.quarry.virtual.EntryVisitor;
import dev.quarry.virtual.Pte;
import dev.quarry.virtual.cache.PageCache;
import dev.quarry.virtual.space.MmStruct;
import dev.quarry.virtual.space.RssKind;

/**
 * Gives up what entries showed that were cleared: {@code zap_present_ptes}, {@code
 * zap_nonpresent_ptes} (mm/memory.c, 6.18).
 */
final class ZapPages implements EntryVisitor {
  private final Parts parts;
  private final Cpu cpu;
  private final MmStruct mm;
  private final SwapSpace swap;
  private final HugeEntries huge;

  ZapPages(Parts parts, Cpu cpu, MmStruct mm, SwapSpace swap, HugeEntries huge) {
    this.parts = parts;
    this.cpu = cpu;
    this.mm = mm;
    this.swap = swap;
    this.huge = huge;
  }

  @Override
  public void entry(long address, long entry) {
    if (!Pte.isMapped(entry)) {
      swap.free(cpu, entry);
      mm.addRss(RssKind.SWAP, -1);
      return;
    }
    int pfn = parts.pfn(entry);
    if (pfn == parts.zeroPfn()) {
      return;
    }
    boolean ofFile = !parts.rmap().isAnon(pfn);
    if (ofFile && (entry & Pte.DIRTY) != 0) {
      PageCache cache = parts.caches().of(pfn);
      cache.markDirty(pfn);
    }
    if (ofFile && (entry & Pte.ACCESSED) != 0) {
      parts.lru().accessed(cpu, pfn);
    }
    if (!ofFile) {
      swap.lastEntryGoes(cpu, parts.map(), pfn);
    }
    parts.rmap().release(cpu, mm, pfn);
  }

  @Override
  public void large(long address, long slot, long entry) {
    huge.zap(cpu, mm, slot, entry);
  }

  @Override
  public boolean split(long address, long slot) {
    huge.split(cpu, mm, slot);
    return true;
  }
}
