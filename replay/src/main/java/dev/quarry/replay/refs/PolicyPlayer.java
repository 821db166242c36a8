package dev.quarry.replay.refs;

import dev.quarry.kernel.Machine;
import dev.quarry.kernel.Process;
import dev.quarry.machine.Cpu;
import dev.quarry.machine.LruSpec;
import dev.quarry.machine.MachineSpec;
import dev.quarry.machine.MachineSpecReader;
import dev.quarry.machine.Ram;
import dev.quarry.physical.Gfp;
import dev.quarry.physical.Zone;
import dev.quarry.virtual.Access;
import dev.quarry.virtual.PageTables;
import dev.quarry.virtual.fault.FaultLeaf;
import dev.quarry.virtual.fault.FaultMode;
import dev.quarry.virtual.fault.PageFaultHandler;
import java.util.Objects;

/**
 * A trace of pages in a memory that is too small for it, under one LRU policy: every touch sets its
 * entry's accessed bit, as no TLB is modelled; nothing is read ahead, neither from swap nor of the
 * file of text. What the policy misses is what is touched first, and what has to be read again.
 */
final class PolicyPlayer {
  private static final long SWAP_BYTES = 1L << 28;
  private static final int SHIFT = PageTable.PAGE_SHIFT;

  /** Page tables and objects of areas, which the program needs beside its pages. */
  private static final int KERNEL_PAGES = 24;

  private final Machine machine;
  private final Cpu cpu;
  private final Process process;
  private final PageTables tables;
  private final PageFaultHandler handler;
  private final RefAreas areas;
  private final Ram ram;

  /** Private pages that were touched first; what was read is counted as major faults. */
  private long fresh;

  private PolicyPlayer(Machine machine, int pages) {
    this.machine = machine;
    this.cpu = machine.cpu(0);
    this.process = Objects.requireNonNull(machine.processes().spawn(cpu));
    this.tables = process.mm().tables();
    this.handler = machine.processes().pages().handler();
    this.areas = new RefAreas(machine, cpu, process, true);
    areas.readNothingAhead();
    this.ram = Objects.requireNonNull(machine.ram());
    machine.reclaim().settings().pageCluster(0);
    machine.processes().spaces().settings().faultAroundBytes(1L << SHIFT);
    machine.reclaim().swapOnOff().onTemporary("swap", SWAP_BYTES, 0);
    takeAllBut(pages + KERNEL_PAGES);
  }

  /**
   * What a policy did.
   *
   * @param memory the most pages that the program had in memory at once
   */
  record Outcome(int memory, long misses) {}

  /** Plays a trace where there is room for about so many of its pages. */
  static Outcome play(Optimum trace, LruSpec.Policy policy, int pages) {
    long frames = trace.pages() + 2048L;
    MachineSpec spec =
        MachineSpecReader.read(
            "policies",
            "cpus 0\nmemory 0x1000-"
                + (frames << SHIFT)
                + "\nzone Normal\npercpu no\nsysctl vm.min_free_kbytes=64\nkhugepaged no\nsysctl vm.watermark_boost_factor=0\nlru "
                + policy.label());
    try (Machine machine = Machine.boot(spec)) {
      PolicyPlayer player = new PolicyPlayer(machine, pages);
      player.run(trace);
      return player.outcome();
    }
  }

  /** Takes memory so that so many pages are left above the high marks. */
  private void takeAllBut(int pages) {
    long left = pages;
    long free = 0;
    for (Zone zone : machine.memory().zones()) {
      free += zone.freePages();
      left += zone.mark(Zone.HIGH);
    }
    for (long taken = left; taken < free; taken++) {
      machine.allocator().allocPage(cpu, Gfp.GFP_HIGHUSER_MOVABLE);
    }
  }

  private void run(Optimum trace) {
    for (int touch = 0; touch < trace.touches(); touch++) {
      long address = trace.page(touch) << SHIFT;
      boolean text = trace.isText(touch);
      int access = Access.USER | (text ? Access.FETCH : Access.WRITE);
      if (tables.translate(address, access) == PageTables.NO_TRANSLATION) {
        fault(address, access, text);
      }
    }
  }

  private void fault(long address, int access, boolean text) {
    long physical;
    do {
      int code = PageFaultHandler.errorCode(tables, address, access);
      FaultLeaf leaf = handler.handle(cpu, process.mm(), address, code, FaultMode.USER);
      switch (leaf) {
        case NO_AREA, STACK_REFUSED ->
            areas.make(address, text ? RefAreas.Kind.TEXT : RefAreas.Kind.DATA);
        case ACCESS_DENIED -> areas.widen(address, text);
        default -> {
          fresh += leaf == FaultLeaf.DEMAND_ZERO ? 1 : 0;
          if (!leaf.isResolved()) {
            throw new RefException("a page of the program cannot be had: " + leaf);
          }
        }
      }
      physical = tables.translate(address, access);
    } while (physical == PageTables.NO_TRANSLATION);
    if (!text) {
      ram.putLong(physical, address | 1); // zeros would not be written to swap
    }
  }

  private Outcome outcome() {
    process.mm().noteHiwaterRss();
    long misses = fresh + process.mm().majFaults();
    return new Outcome((int) process.mm().hiwaterRss(), misses);
  }
}
