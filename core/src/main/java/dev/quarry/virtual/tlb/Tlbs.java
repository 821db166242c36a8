package dev.quarry.virtual.tlb;

import dev.quarry.machine.Cpu;
import dev.quarry.virtual.KernelSpace;
import dev.quarry.virtual.MmContext;
import dev.quarry.virtual.PageTableLayout;
import dev.quarry.virtual.PageTables;
import dev.quarry.virtual.TlbFlush;
import dev.quarry.virtual.Translation;
import java.util.List;

/**
 * The TLBs of all CPUs, and what they tell each other: {@code cpu_tlbstate}, {@code
 * flush_tlb_mm_range} (arch/x86/mm/tlb.c, 6.18).
 *
 * <pre>
 *   munmap on CPU 0 ─► generation + 1 ─┬─ CPU 0 forgets
 *                                      ├─ CPU 1 runs it: an interrupt, forgets before its next access
 *                                      ├─ CPU 2 is lazy in it: nothing, unless tables are freed
 *                                      └─ CPU 3 ran it once: it finds the generation when it returns
 * </pre>
 */
public final class Tlbs implements TlbFlush, Translation {
  private static final long ALL_PAGES = Long.MAX_VALUE;

  private final TlbModel model;
  private final KernelSpace kernel;
  private final TlbUnit[] units;
  private final FlushInbox[] inboxes;

  /** TLBs that hold nothing, for a machine's CPUs. */
  public Tlbs(TlbModel model, KernelSpace kernel) {
    this.model = model;
    this.kernel = kernel;
    int cpus = kernel.memory().cpus().size();
    this.units = new TlbUnit[cpus];
    this.inboxes = new FlushInbox[cpus];
    for (int cpu = 0; cpu < cpus; cpu++) {
      units[cpu] = unit(cpu);
      inboxes[cpu] = new FlushInbox();
    }
  }

  private TlbUnit unit(int cpu) {
    var layout = kernel.layout().tables();
    long userPages = kernel.layout().userPages();
    return switch (model) {
      case TlbModel.Hardware(TlbGeometry geometry) -> new HardwareTlb(geometry, layout, userPages);
      case TlbModel.Software(MipsGeometry geometry) ->
          new MipsTlb(geometry, layout, userPages, direct(), cpu);
    };
  }

  private DirectRange direct() {
    long bytes = 0;
    for (var zone : kernel.memory().zones()) {
      if (!zone.isHighMem()) {
        long end = (long) zone.startPfn() + zone.spanned();
        bytes = Math.max(bytes, end << PageTableLayout.PAGE_SHIFT);
      }
    }
    return new DirectRange(kernel.layout().directStart(), bytes);
  }

  /** What the TLBs are made of. */
  public TlbModel model() {
    return model;
  }

  @Override
  public long translate(Cpu cpu, PageTables tables, long address, int access) {
    int id = cpu.id();
    TlbUnit unit = units[id];
    if (inboxes[id].isPending()) {
      inboxes[id].drainTo(unit);
    }
    return unit.translate(tables, address, access);
  }

  /** A kernel thread runs on a CPU from now on, on the address space that was there. */
  public void enterLazy(Cpu cpu) {
    settle(cpu.id());
    units[cpu.id()].enterLazy();
  }

  @Override
  public void userRange(Cpu cpu, PageTables of, long address, long pages, boolean tablesFreed) {
    MmContext context = of.context();
    long generation = context.nextGeneration();
    for (int id = 0; id < units.length; id++) {
      TlbUnit unit = units[id];
      if (!unit.runs(context)) {
        continue;
      }
      if (id != cpu.id() && unit.isLazy() && !tablesFreed) {
        units[cpu.id()].stats().lazySpared++;
        continue;
      }
      if (id != cpu.id()) {
        units[cpu.id()].stats().interrupts++;
      }
      inboxes[id].flush(context, generation, address, pages);
    }
  }

  @Override
  public void userAll(Cpu cpu, PageTables of) {
    userRange(cpu, of, 0, ALL_PAGES, false);
  }

  @Override
  public void kernelRange(long address, long pages) {
    for (FlushInbox inbox : inboxes) {
      inbox.flushKernel(address, pages);
    }
  }

  @Override
  public void localPage(long address) {
    kernelRange(address, 1); // no other CPU has it: the address is one CPU's own
  }

  @Override
  public void gone(PageTables of) {
    for (FlushInbox inbox : inboxes) {
      inbox.leave(of.context());
    }
  }

  private void settle(int cpu) {
    inboxes[cpu].drainTo(units[cpu]);
  }

  /** What a CPU counted. The CPU rests. */
  public TlbStats stats(int cpu) {
    settle(cpu);
    return units[cpu].stats();
  }

  /** What all CPUs counted. The machine rests. */
  public TlbStats total() {
    TlbStats sum = new TlbStats();
    for (int cpu = 0; cpu < units.length; cpu++) {
      sum.add(stats(cpu));
    }
    return sum;
  }

  /** What a CPU's TLB holds, with what it was asked to forget gone. The CPU rests. */
  public List<TlbEntry> entries(int cpu) {
    settle(cpu);
    return units[cpu].entries();
  }

  /** How many CPUs there are. */
  public int cpus() {
    return units.length;
  }

  KernelSpace kernel() {
    return kernel;
  }
}
