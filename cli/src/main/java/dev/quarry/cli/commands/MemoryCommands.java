package dev.quarry.cli.commands;

import dev.quarry.cli.lang.Call;
import dev.quarry.cli.lang.Registry;
import dev.quarry.cli.lang.Session;
import dev.quarry.cli.lang.SimpleCommand;
import dev.quarry.cli.lang.Value;
import dev.quarry.kernel.Machine;
import dev.quarry.virtual.KernelSpace;
import dev.quarry.virtual.Mmu;
import dev.quarry.virtual.PageFaultException;
import dev.quarry.virtual.PageTables;
import dev.quarry.virtual.PteState;
import java.util.Locale;

/** Commands that load and store through the kernel's page tables, and walk them. */
final class MemoryCommands {
  private static final String CHAPTER = "kernel addresses";

  private MemoryCommands() {}

  static void addTo(Registry registry) {
    registry
        .add(
            command(
                "load ADDRESS [offset=N] [bytes=N] [cpu=N]",
                "loads a number, through the page tables",
                "a = vzalloc 8K\nload a offset=4096",
                MemoryCommands::load))
        .add(
            command(
                "store ADDRESS VALUE [offset=N] [bytes=N] [cpu=N]",
                "stores a number, through the page tables",
                "a = vmalloc 8K\nstore a 42",
                MemoryCommands::store))
        .add(
            command(
                "walk ADDRESS",
                "shows the entries on the way to an address",
                "a = vmalloc 8K\nwalk a",
                MemoryCommands::walk));
  }

  private static SimpleCommand command(
      String usage, String summary, String example, SimpleCommand.Action action) {
    return SimpleCommand.of(CHAPTER, usage, summary, example, action);
  }

  private static KernelSpace space(Session session) {
    Machine machine = Booted.machine(session);
    if (machine.ram() == null) {
      throw new IllegalStateException("the machine was booted with contents none: no bytes");
    }
    return machine.kernelSpace();
  }

  /** The kernel's accesses on a CPU, through its TLB if one is modelled. */
  private static Mmu mmu(Call call, Session session) {
    space(session);
    return Booted.machine(session).mmu(Booted.cpu(session, call));
  }

  private static long address(Call call) {
    return Addresses.of(call, 0) + call.number("offset", 0, 0, Integer.MAX_VALUE);
  }

  private static int bytes(Call call) {
    return call.number("bytes", Long.BYTES, 1, Long.BYTES);
  }

  private static Value load(Call call, Session session) {
    call.atMost(1);
    try {
      return new Value.Number(mmu(call, session).load(address(call), bytes(call), 0));
    } catch (PageFaultException e) {
      return new Refused("page fault: " + e.fault().text());
    }
  }

  private static Value store(Call call, Session session) {
    call.atMost(2);
    long value = Addresses.of(call, 1);
    long address = address(call);
    int bytes = bytes(call);
    KernelOwned owned = new KernelOwned(Booted.machine(session), space(session));
    String what = owned.what(address, bytes);
    if (!what.isEmpty()) {
      return new Refused(KernelArea.hex(address) + " is in " + what);
    }
    try {
      mmu(call, session).store(address, bytes, value, 0);
      return Value.NOTHING;
    } catch (PageFaultException e) {
      return new Refused("page fault: " + e.fault().text());
    }
  }

  private static Value walk(Call call, Session session) {
    call.atMost(1);
    long address = Addresses.of(call, 0);
    PageTables tables = Booted.machine(session).kernelSpace().tables();
    if (!tables.layout().isCanonical(address)) {
      throw call.refuse(0, "0x" + Long.toHexString(address) + " is not a canonical address");
    }
    StringBuilder out = new StringBuilder();
    for (PageTables.Step step : tables.walk(address)) {
      int index = tables.layout().index(address, step.level());
      String slot = tables.layout().levelName(step.level()) + "[" + index + "]";
      String entry = tables.layout().hex(step.entry());
      PteState state = PteState.of(tables.layout(), step.entry(), step.level());
      out.append(String.format(Locale.ROOT, "%-9s %s  %s\n", slot, entry, says(state)));
    }
    return new Value.Text(out.toString().stripTrailing());
  }

  private static String says(PteState state) {
    return switch (state) {
      case PteState.Absent _ -> "absent";
      case PteState.Swapped swapped -> "swapped to " + swapped.type() + ":" + swapped.offset();
      case PteState.Present present ->
          (present.leaf() ? "frame " : "table at frame ")
              + present.frame()
              + ": "
              + present.words();
    };
  }
}
