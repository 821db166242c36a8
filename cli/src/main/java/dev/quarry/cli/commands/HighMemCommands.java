package dev.quarry.cli.commands;

import dev.quarry.cli.lang.Call;
import dev.quarry.cli.lang.Registry;
import dev.quarry.cli.lang.Session;
import dev.quarry.cli.lang.SimpleCommand;
import dev.quarry.cli.lang.Value;
import dev.quarry.kernel.Machine;
import dev.quarry.machine.Cpu;
import dev.quarry.physical.FrameKind;
import dev.quarry.virtual.HighMem;

/** Commands that show pages of HighMem to the kernel. */
final class HighMemCommands {
  private static final String CHAPTER = "kernel addresses";

  private HighMemCommands() {}

  static void addTo(Registry registry) {
    registry
        .add(
            command(
                "kmap RESULT",
                "shows a page to all CPUs",
                "p = alloc_page GFP_HIGHUSER\na = kmap p",
                HighMemCommands::kmap))
        .add(
            command(
                "kunmap RESULT [cpu=N]",
                "ends one use of kmap",
                "p = alloc_page GFP_HIGHUSER\na = kmap p\nkunmap p",
                HighMemCommands::kunmap))
        .add(
            command(
                "kmap_local_page RESULT [cpu=N]",
                "shows a page to one CPU, on its stack of slots",
                "p = alloc_page GFP_HIGHUSER\na = kmap_local_page p",
                HighMemCommands::kmapLocal))
        .add(
            command(
                "kunmap_local ADDRESS [cpu=N]",
                "ends the last kmap_local_page",
                "p = alloc_page GFP_HIGHUSER\na = kmap_local_page p\nkunmap_local a",
                HighMemCommands::kunmapLocal));
  }

  private static SimpleCommand command(
      String usage, String summary, String example, SimpleCommand.Action action) {
    return SimpleCommand.of(CHAPTER, usage, summary, example, action);
  }

  /** A frame: of a block, or by number; somebody must have it. */
  private static int frame(Call call, Session session) {
    call.atMost(1);
    Machine machine = Booted.machine(session);
    int pfn =
        call.value(0, "a page that alloc_page returned") instanceof PageBlock block
            ? block.pfn()
            : call.number(0, "a frame", 0, machine.spec().endPfn() - 1L);
    FrameKind kind = machine.memory().kindOf(pfn);
    if (kind != FrameKind.ALLOCATED && kind != FrameKind.RESERVED) {
      throw call.refuse(0, "frame " + pfn + " is " + kind + ", not allocated");
    }
    return pfn;
  }

  private static Value kmap(Call call, Session session) {
    int pfn = frame(call, session);
    long address = Booted.machine(session).kernelSpace().highMem().kmap(pfn);
    return address == HighMem.NO_ADDRESS
        ? new Refused("failed: all slots of kmap are in use; the kernel would sleep")
        : new KernelArea(address, 1, "kmap of frame " + pfn, "");
  }

  private static Value kunmap(Call call, Session session) {
    int pfn = frame(call, session);
    Machine machine = Booted.machine(session);
    Cpu cpu = Booted.cpu(session, call);
    LogTail tail = LogTail.of(machine);
    boolean done = machine.kernelSpace().highMem().kunmap(cpu, pfn);
    return done ? Value.NOTHING : new Refused(tail.first());
  }

  private static Value kmapLocal(Call call, Session session) {
    int pfn = frame(call, session);
    Machine machine = Booted.machine(session);
    Cpu cpu = Booted.cpu(session, call);
    LogTail tail = LogTail.of(machine);
    long address = machine.kernelSpace().highMem().kmapLocalPage(cpu, pfn);
    return address == HighMem.NO_ADDRESS
        ? new Refused("failed: " + tail.first())
        : new KernelArea(address, 1, "kmap_local of frame " + pfn + " on " + cpu, "");
  }

  private static Value kunmapLocal(Call call, Session session) {
    call.atMost(1);
    Machine machine = Booted.machine(session);
    long address = Addresses.of(call, 0);
    Cpu cpu = Booted.cpu(session, call);
    LogTail tail = LogTail.of(machine);
    boolean done = machine.kernelSpace().highMem().kunmapLocal(cpu, address);
    return done ? Value.NOTHING : new Refused(tail.first());
  }
}
