package dev.quarry.cli.commands;

import dev.quarry.cli.lang.Call;
import dev.quarry.cli.lang.Registry;
import dev.quarry.cli.lang.Session;
import dev.quarry.cli.lang.SimpleCommand;
import dev.quarry.cli.lang.Value;
import dev.quarry.kernel.Machine;
import dev.quarry.machine.Cpu;
import dev.quarry.machine.Sizes;
import dev.quarry.physical.Gfp;
import dev.quarry.physical.Zone;
import dev.quarry.virtual.KernelSpace;
import dev.quarry.virtual.PageTableLayout;
import dev.quarry.virtual.Pte;
import dev.quarry.virtual.Vmalloc;
import java.util.function.Supplier;

/** Commands that map into the kernel's half: vmalloc, vmap, ioremap, and their ends. */
final class AreaCommands {
  private static final String CHAPTER = "kernel addresses";
  private static final String CALLER = "shell";

  private AreaCommands() {}

  static void addTo(Registry registry) {
    addVmalloc(registry);
    addMappings(registry);
    registry.add(
        command(
            "vm_unmap_aliases [cpu=N]",
            "flushes the TLBs for all freed areas",
            "vm_unmap_aliases",
            AreaCommands::purge));
  }

  private static void addVmalloc(Registry registry) {
    registry
        .add(
            command(
                    "vmalloc BYTES [GFP] [node=N] [cpu=N]",
                    "allocates bytes that are contiguous for the kernel only",
                    "a = vmalloc 1M",
                    (call, session) -> vmalloc(call, session, 0))
                .withNotes("shows what it costs beside as many contiguous pages"))
        .add(
            command(
                "vzalloc BYTES [cpu=N]",
                "the same, filled with zeros",
                "a = vzalloc 20K",
                (call, session) -> vmalloc(call, session, Gfp.ZERO)))
        .add(
            command(
                "vfree ADDRESS [cpu=N]",
                "frees them",
                "a = vmalloc 1M\nvfree a",
                AreaCommands::vfree));
  }

  private static void addMappings(Registry registry) {
    registry
        .add(
            command(
                "vmap RESULT [cpu=N]",
                "maps allocated pages one after the other",
                "b = alloc_pages_bulk GFP_KERNEL 8\nm = vmap b",
                AreaCommands::vmap))
        .add(
            command(
                "vunmap ADDRESS [cpu=N]",
                "takes such a mapping away",
                "b = alloc_pages GFP_KERNEL order=2\nm = vmap b\nvunmap m",
                AreaCommands::vunmap))
        .add(
            command(
                "ioremap PHYSICAL BYTES [cpu=N]",
                "maps a device's registers, uncached",
                "r = ioremap 0xfee00000 4K",
                AreaCommands::ioremap))
        .add(
            command(
                "iounmap ADDRESS [cpu=N]",
                "takes such a mapping away",
                "r = ioremap 0xfee00000 4K\niounmap r",
                AreaCommands::iounmap));
  }

  private static SimpleCommand command(
      String usage, String summary, String example, SimpleCommand.Action action) {
    return SimpleCommand.of(CHAPTER, usage, summary, example, action);
  }

  private static long bytes(Call call, int index) {
    return call.read(index, "a size such as 1M", value -> Sizes.parse(value.word()));
  }

  private static Value vmalloc(Call call, Session session, int more) {
    Machine machine = Booted.machine(session);
    long bytes = bytes(call, 0);
    int gfp = (call.size() > 1 ? Booted.gfp(session, call, 1) : Gfp.GFP_KERNEL) | more;
    int node = Booted.node(session, call, Vmalloc.ANY_NODE);
    Cpu cpu = Booted.cpu(session, call);
    Vmalloc vmalloc = machine.kernelSpace().vmalloc();
    session.spend(Math.min(bytes >>> PageTableLayout.PAGE_SHIFT, machine.spec().endPfn()));
    LogTail tail = LogTail.of(machine);
    MappingCost.Of<Long> made =
        MappingCost.of(machine, () -> vmalloc.vmallocNode(cpu, bytes, gfp, node, CALLER));
    if (made.result() == Vmalloc.NO_ADDRESS) {
      return new Refused("failed: " + tail.first());
    }
    long pages = (bytes + PageTableLayout.PAGE_SIZE - 1) >>> PageTableLayout.PAGE_SHIFT;
    return new KernelArea(made.result(), pages, "vmalloc", beside(machine, pages, made.cost()));
  }

  /** The cost beside that of contiguous pages, which the direct map shows already. */
  private static String beside(Machine machine, long pages, MappingCost cost) {
    int order = Long.SIZE - Long.numberOfLeadingZeros(pages - 1);
    MappingCost nothing = new MappingCost(0, 0, 0, 0);
    boolean tooLarge = order > machine.spec().maxOrder();
    return MappingCost.head()
        + "\n"
        + cost.line("vmalloc", "and a flush some time after vfree")
        + "\n"
        + nothing.line(
            "alloc_pages order=" + order,
            tooLarge ? "no order is as large" : freeBlocks(machine, order));
  }

  private static String freeBlocks(Machine machine, int order) {
    long blocks = 0;
    for (Zone zone : machine.memory().zones()) {
      long[] byOrder = zone.isHighMem() ? new long[0] : zone.freeBlocksByOrder();
      for (int i = order; i < byOrder.length; i++) {
        blocks += byOrder[i] << (i - order);
      }
    }
    return blocks == 0 ? "but no block is free" : "a block is free";
  }

  private static Value vfree(Call call, Session session) {
    call.atMost(1);
    Machine machine = Booted.machine(session);
    long address = Addresses.of(call, 0);
    KernelSpace space = machine.kernelSpace();
    Cpu cpu = Booted.cpu(session, call);
    return ended(machine, () -> space.vmalloc().vfree(cpu, address));
  }

  private static Value vunmap(Call call, Session session) {
    call.atMost(1);
    Machine machine = Booted.machine(session);
    long address = Addresses.of(call, 0);
    KernelSpace space = machine.kernelSpace();
    Cpu cpu = Booted.cpu(session, call);
    return ended(machine, () -> space.vmap().vunmap(cpu, address));
  }

  private static Value iounmap(Call call, Session session) {
    call.atMost(1);
    Machine machine = Booted.machine(session);
    long address = Addresses.of(call, 0);
    KernelSpace space = machine.kernelSpace();
    Cpu cpu = Booted.cpu(session, call);
    return ended(machine, () -> space.ioremap().iounmap(cpu, address));
  }

  private static Value ended(Machine machine, Supplier<Boolean> end) {
    LogTail tail = LogTail.of(machine);
    MappingCost.Of<Boolean> ended = MappingCost.of(machine, end);
    if (!ended.result()) {
      return new Refused(tail.first());
    }
    MappingCost cost = ended.cost();
    KernelSpace space = machine.kernelSpace();
    String entries = cost.cleared() == 1 ? "1 entry" : cost.cleared() + " entries";
    String when =
        cost.flushes() > 0
            ? Counted.of(cost.flushes(), "flush") + " for all freed areas"
            : "no flush: "
                + space.lazyPages()
                + " pages wait for one, "
                + space.lazyMaxPages()
                + " may";
    return new Value.Text(entries + " cleared, " + when);
  }

  private static Value vmap(Call call, Session session) {
    call.atMost(1);
    Machine machine = Booted.machine(session);
    int[] pfns =
        switch (call.value(0, "what an allocation returned")) {
          case PageBlock block -> block.pfns();
          case Frames frames -> frames.allPfns();
          default -> throw call.refuse(0, "\"" + call.word(0, "") + "\" is not an allocation");
        };
    session.spend(pfns.length);
    Cpu cpu = Booted.cpu(session, call);
    KernelSpace space = machine.kernelSpace();
    LogTail tail = LogTail.of(machine);
    long address =
        call.read(0, "pages", v -> space.vmap().vmap(cpu, pfns, Pte.PAGE_KERNEL, CALLER));
    return address == Vmalloc.NO_ADDRESS
        ? new Refused("failed: " + tail.first())
        : new KernelArea(address, pfns.length, "vmap", "");
  }

  private static Value ioremap(Call call, Session session) {
    call.atMost(2);
    Machine machine = Booted.machine(session);
    long physical = Addresses.of(call, 0);
    long bytes = bytes(call, 1);
    session.spend(bytes >>> PageTableLayout.PAGE_SHIFT);
    Cpu cpu = Booted.cpu(session, call);
    KernelSpace space = machine.kernelSpace();
    LogTail tail = LogTail.of(machine);
    MappingCost.Of<Long> made =
        MappingCost.of(machine, () -> space.ioremap().ioremap(cpu, physical, bytes, CALLER));
    if (made.result() == Vmalloc.NO_ADDRESS) {
      return new Refused("failed: " + tail.first());
    }
    long first = physical & PageTableLayout.PAGE_SIZE - 1;
    long pages = (first + bytes + PageTableLayout.PAGE_SIZE - 1) >>> PageTableLayout.PAGE_SHIFT;
    String cost = MappingCost.head() + "\n" + made.cost().line("ioremap", "");
    return new KernelArea(made.result(), pages, "ioremap of " + KernelArea.hex(physical), cost);
  }

  private static Value purge(Call call, Session session) {
    call.atMost(0);
    Machine machine = Booted.machine(session);
    int areas = machine.kernelSpace().purge(Booted.cpu(session, call));
    return new Value.Text(Counted.of(areas, "area") + (areas == 0 ? ", no flush" : ", one flush"));
  }
}
