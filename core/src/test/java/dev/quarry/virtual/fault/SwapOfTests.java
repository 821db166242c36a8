package dev.quarry.virtual.fault;

import dev.quarry.kernel.Machine;
import dev.quarry.machine.Cpu;
import dev.quarry.physical.Gfp;
import dev.quarry.physical.Pfn;
import dev.quarry.virtual.PageTableLayout;
import dev.quarry.virtual.PageTables;
import dev.quarry.virtual.Pte;
import dev.quarry.virtual.space.MmStruct;
import dev.quarry.virtual.space.RssKind;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.HashMap;
import java.util.Map;

/** Swap on the heap. */
final class SwapOfTests implements SwapSpace {
  private final Machine machine;
  private final Map<Long, byte[]> contents = new HashMap<>();
  private final Map<Long, Integer> counts = new HashMap<>();

  SwapOfTests(Machine machine) {
    this.machine = machine;
  }

  /** Takes a private page that nobody else has out of memory. */
  void out(Cpu cpu, MmStruct mm, long address) {
    PageTables tables = mm.tables();
    PageTableLayout layout = tables.layout();
    long slot = tables.findSlot(address);
    long old = tables.memory().entry(slot);
    int pfn = (int) ((old & layout.frameMask()) >>> 12);
    long entry = Pte.swapped(layout, 1, 5 + contents.size());
    contents.put(entry, machine.ram().slice((long) pfn << 12, 4096).toArray(ValueLayout.JAVA_BYTE));
    counts.put(entry, 1);
    machine.processes().pages().unmap(cpu, mm, mm.lookup(address), address, address + 4096);
    tables.memory().entry(slot, entry);
    mm.addRss(RssKind.SWAP, 1);
  }

  int entries() {
    return counts.size();
  }

  @Override
  public int read(Cpu cpu, long entry) {
    int pfn = machine.allocator().allocPage(cpu, Gfp.GFP_HIGHUSER_MOVABLE);
    if (pfn == Pfn.NONE) {
      return NO_MEMORY;
    }
    machine
        .ram()
        .slice((long) pfn << 12, 4096)
        .copyFrom(MemorySegment.ofArray(contents.get(entry)));
    return pfn;
  }

  @Override
  public void duplicate(long entry) {
    counts.merge(entry, 1, Integer::sum);
  }

  @Override
  public void free(Cpu cpu, long entry) {
    counts.merge(entry, -1, (a, b) -> a + b == 0 ? null : a + b);
  }
}
