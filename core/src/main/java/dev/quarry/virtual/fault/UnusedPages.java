package dev.quarry.virtual.fault;

import dev.quarry.machine.Cpu;
import dev.quarry.virtual.PageTables;
import dev.quarry.virtual.Pte;
import dev.quarry.virtual.space.HugePageSettings;
import dev.quarry.virtual.space.MmStruct;
import dev.quarry.virtual.space.VmAreaStruct;
import dev.quarry.virtual.space.VmFlags;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Pages of a split block that hold nothing but zeros are not kept: their entries show the page of
 * zeros from then on, as if they had only been read ({@code remap_page}, {@code
 * try_to_map_unused_to_zeropage}, mm/huge_memory.c, mm/migrate.c, 6.18).
 */
final class UnusedPages {
  private static final int FRAMES = HugePageSettings.FRAMES;

  private final Parts parts;
  private final VmAreaStruct areas;

  UnusedPages(Parts parts) {
    this.parts = parts;
    this.areas = parts.spaces().areas();
  }

  /**
   * Gives up the pages of zeros among those that were a block. Address spaces that others are
   * working on are left out.
   *
   * @param held the address space whose lock the caller holds, or null
   */
  void giveUp(Cpu cpu, int first, @Nullable MmStruct held) {
    BitSet zeros = new BitSet(FRAMES);
    int owner = -1;
    for (int i = 0; i < FRAMES; i++) {
      if (parts.map().mapcount(first + i) > 0) {
        owner = owner < 0 ? first + i : owner;
        zeros.set(i, parts.contents().isZero(parts, first + i));
      }
    }
    if (zeros.isEmpty()) {
      return;
    }
    long anon = parts.rmap().anonVma(owner);
    int index = parts.map().index(first);
    for (MmStruct mm : parts.spaces().all()) {
      if (mm == held) {
        space(cpu, mm, anon, index, first, zeros);
      } else if (parts.spaces().tryLockIfThere(mm)) {
        space(cpu, mm, anon, index, first, zeros);
        mm.unlock();
      }
    }
  }

  private void space(Cpu cpu, MmStruct mm, long anon, int index, int first, BitSet zeros) {
    List<Long> own = new ArrayList<>();
    parts
        .spaces()
        .anonVmas()
        .forEachArea(
            anon,
            vma -> {
              if (areas.mm(vma) == mm.address() && !areas.has(vma, VmFlags.LOCKED)) {
                own.add(vma);
              }
              return true;
            });
    for (long vma : own) {
      for (int i = zeros.nextSetBit(0); i >= 0; i = zeros.nextSetBit(i + 1)) {
        // Indexes of descriptors are 32 bits wide; differences within an area are right.
        long page = (index + i - (int) areas.pgoff(vma)) & 0xFFFF_FFFFL;
        if (page < areas.pages(vma)) {
          long address = areas.start(vma) + (page << Parts.SHIFT);
          entry(cpu, mm, vma, address, first + i);
        }
      }
    }
  }

  private void entry(Cpu cpu, MmStruct mm, long vma, long address, int pfn) {
    long slot = mm.tables().findSlot(address);
    if (slot == PageTables.NO_SLOT) {
      return;
    }
    long entry = parts.tables().entry(slot);
    // Looked at again: its owner may have written it before the lock was taken.
    if (Pte.isMapped(entry) && parts.pfn(entry) == pfn && parts.contents().isZero(parts, pfn)) {
      long bits = parts.bits(areas.flags(vma), false);
      parts.tables().entry(slot, parts.entry(parts.zeroPfn(), bits));
      parts.tables().tlb().userRange(cpu, mm.tables(), address, 1, false);
      parts.rmap().release(cpu, mm, pfn);
    }
  }
}
