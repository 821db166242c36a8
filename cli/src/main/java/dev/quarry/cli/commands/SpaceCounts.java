package dev.quarry.cli.commands;

import dev.quarry.kernel.Machine;
import dev.quarry.slab.CacheStatistics;
import dev.quarry.slab.KmemCache;
import dev.quarry.virtual.PageTableLayout;
import dev.quarry.virtual.Pte;
import dev.quarry.virtual.TableCounts;
import dev.quarry.virtual.TableMemory;
import dev.quarry.virtual.space.MmStruct;
import java.util.Objects;

/**
 * The machine's own counters of what an operation on an address space does, at a moment; or, by
 * {@link #since}, what came meanwhile.
 *
 * @param areas of the process
 * @param descriptors objects of the cache vm_area_struct in use, of all processes
 * @param descriptorSlabs slabs of that cache
 * @param pages of all areas
 * @param mapped entries of the user's half that show a page
 * @param tablesFreed page tables freed since boot
 * @param cleared entries cleared since boot
 * @param flushes ranges flushed from TLBs since boot
 * @param flushedPages pages flushed one by one since boot
 */
record SpaceCounts(
    long areas,
    long descriptors,
    long descriptorSlabs,
    long pages,
    long mapped,
    long tablesFreed,
    long cleared,
    long flushes,
    long flushedPages) {

  static SpaceCounts of(Machine machine, MmStruct mm) {
    TableCounts tables = machine.kernelSpace().tables().memory().counts();
    CacheStatistics cache = descriptors(machine);
    return new SpaceCounts(
        mm.mapCount(),
        cache.activeObjects(),
        cache.slabs(),
        mm.totalVm(),
        mapped(mm),
        tables.tablesFreed(),
        tables.entriesCleared(),
        machine.tlbCounts().ranges(),
        machine.tlbCounts().singlePages());
  }

  private static CacheStatistics descriptors(Machine machine) {
    KmemCache cache = machine.slab().cache("vm_area_struct").orElse(null);
    return Objects.requireNonNull(cache).statistics();
  }

  private static long mapped(MmStruct mm) {
    long[] mapped = {0};
    TableMemory tables = mm.tables().memory();
    int entryShift = tables.layout().entryShift();
    mm.lock();
    mm.tables()
        .forEachRun(
            0,
            mm.spaces().userEnd() >>> PageTableLayout.PAGE_SHIFT,
            (address, slot, entries, level) -> {
              for (int i = 0; i < entries; i++) {
                mapped[0] += Pte.isMapped(tables.entry(slot + ((long) i << entryShift))) ? 1 : 0;
              }
            });
    mm.unlock();
    return mapped[0];
  }

  /** What changed since an earlier moment. */
  SpaceCounts since(SpaceCounts before) {
    return new SpaceCounts(
        areas - before.areas,
        descriptors - before.descriptors,
        descriptorSlabs - before.descriptorSlabs,
        pages - before.pages,
        mapped - before.mapped,
        tablesFreed - before.tablesFreed,
        cleared - before.cleared,
        flushes - before.flushes,
        flushedPages - before.flushedPages);
  }
}
