package dev.quarry.cli.commands;

import dev.quarry.cli.lang.Call;
import dev.quarry.cli.lang.Registry;
import dev.quarry.cli.lang.Session;
import dev.quarry.cli.lang.SimpleCommand;
import dev.quarry.cli.lang.Value;
import dev.quarry.kernel.Machine;
import dev.quarry.machine.Cpu;
import dev.quarry.physical.Gfp;
import dev.quarry.physical.Pfn;
import dev.quarry.physical.Trail;
import dev.quarry.physical.Zone;

/** Commands that allocate a block, under the kernel's names. */
final class PageCommands {
  private static final String CHAPTER = "pages";
  private static final long STEPS_PER_ZEROED_PAGE = 4; // the host gives a page at its first touch

  private PageCommands() {}

  static void addTo(Registry registry) {
    registry
        .add(
            command(
                "alloc_pages GFP [order=N] [cpu=N] [node=N] [policy=POLICY]",
                "allocates 2^order contiguous pages",
                "p = alloc_pages GFP_KERNEL order=3",
                (call, session) -> alloc(call, session, Booted.order(session, call))))
        .add(
            command(
                "alloc_page GFP [cpu=N] [node=N] [policy=POLICY]",
                "allocates a page",
                "p = alloc_page GFP_HIGHUSER_MOVABLE",
                (call, session) -> alloc(call, session, 0)))
        .add(
            command(
                "__get_free_pages GFP [order=N] [cpu=N]",
                "allocates pages that have an address",
                "a = __get_free_pages GFP_KERNEL order=2",
                (call, session) -> address(call, session, Booted.order(session, call), 0)))
        .add(
            command(
                "get_zeroed_page GFP [cpu=N]",
                "allocates a page of zeros that has an address",
                "a = get_zeroed_page GFP_KERNEL",
                (call, session) -> address(call, session, 0, Gfp.ZERO)))
        .add(
            command(
                "__get_dma_pages GFP [order=N] [cpu=N]",
                "allocates pages below the DMA limit",
                "a = __get_dma_pages GFP_KERNEL order=1",
                (call, session) -> address(call, session, Booted.order(session, call), Gfp.DMA)));
  }

  private static SimpleCommand command(
      String usage, String summary, String example, SimpleCommand.Action action) {
    return SimpleCommand.of(CHAPTER, usage, summary, example, action);
  }

  private static Value alloc(Call call, Session session, int order) {
    return alloc(call, session, Booted.gfp(session, call, 0), order, false);
  }

  private static Value address(Call call, Session session, int order, int more) {
    int gfp = Booted.gfp(session, call, 0);
    if ((gfp & Gfp.HIGHMEM) != 0) {
      throw call.refuse(
          0, "pages of HighMem have no address in the direct map; alloc_pages allocates them");
    }
    return alloc(call, session, gfp | more, order, true);
  }

  private static Value alloc(Call call, Session session, int gfp, int order, boolean addressed) {
    Machine machine = Booted.machine(session);
    Cpu cpu = Booted.cpu(session, call);
    int node = Booted.node(session, call, cpu.node());
    if ((gfp & Gfp.ZERO) != 0) {
      session.spend(STEPS_PER_ZEROED_PAGE << order);
    }
    Trail trail = new Trail();
    int pfn = Booted.policies(session).allocPages(call, cpu, node, gfp, order, trail);
    if (pfn == Pfn.NONE) {
      return new FailedAllocation(order, trail);
    }
    long address = addressed ? machine.allocator().directMap().pageToVirt(pfn) : 0;
    return new PageBlock(machine, pfn, order, zoneOf(machine, pfn), address, trail);
  }

  private static Zone zoneOf(Machine machine, int pfn) {
    Zone zone = machine.memory().zoneOf(pfn);
    if (zone == null) {
      throw new AssertionError("frame " + pfn + " was allocated and is in no zone");
    }
    return zone;
  }
}
