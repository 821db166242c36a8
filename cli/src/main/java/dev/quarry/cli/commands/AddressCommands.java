package dev.quarry.cli.commands;

import dev.quarry.cli.lang.Call;
import dev.quarry.cli.lang.Registry;
import dev.quarry.cli.lang.Session;
import dev.quarry.cli.lang.SimpleCommand;
import dev.quarry.cli.lang.Value;
import dev.quarry.kernel.Machine;
import dev.quarry.physical.DirectMap;
import dev.quarry.physical.Zone;
import dev.quarry.virtual.HighMem;
import dev.quarry.virtual.KernelSpace;

/** Commands that translate between frames, physical addresses and the direct map. */
final class AddressCommands {
  private static final String CHAPTER = "addresses";

  private AddressCommands() {}

  static void addTo(Registry registry) {
    registry
        .add(
            command(
                "__pa ADDRESS",
                "the physical address behind an address",
                "__pa 0xffff888000001000",
                (call, session) -> hex(map(session).pa(address(call)))))
        .add(
            command(
                "__va PHYSICAL",
                "the address that shows a physical one",
                "__va 0x1000",
                (call, session) -> hex(map(session).va(address(call)))))
        .add(
            command(
                "virt_to_page ADDRESS",
                "the frame that an address shows",
                "virt_to_page 0xffff888000001000",
                (call, session) -> new Value.Number(map(session).virtToPage(address(call)))))
        .add(
            command(
                "page_address FRAME",
                "the address that shows a frame",
                "page_address 4096",
                AddressCommands::pageAddress));
  }

  private static SimpleCommand command(
      String usage, String summary, String example, SimpleCommand.Action action) {
    return SimpleCommand.of(CHAPTER, usage, summary, example, action);
  }

  private static DirectMap map(Session session) {
    return Booted.machine(session).allocator().directMap();
  }

  private static Value hex(long address) {
    return new Value.Text("0x" + Long.toHexString(address));
  }

  private static int frame(Call call, Session session) {
    call.atMost(1);
    long last = Booted.machine(session).spec().endPfn() - 1L;
    return call.number(0, "a frame", 0, last);
  }

  private static long address(Call call) {
    call.atMost(1);
    return Addresses.of(call, 0);
  }

  /** {@code page_address()}: of a HighMem frame, where kmap() shows it. */
  private static Value pageAddress(Call call, Session session) {
    int frame = frame(call, session);
    Machine machine = Booted.machine(session);
    Zone zone = machine.memory().zoneOf(frame);
    if (zone == null || !zone.isHighMem()) {
      return hex(map(session).pageToVirt(frame));
    }
    KernelSpace space = machine.kernelSpaceOrNull();
    long address = space == null ? HighMem.NO_ADDRESS : space.highMem().pageAddress(frame);
    return address == HighMem.NO_ADDRESS
        ? new Refused("frame " + frame + " is HighMem, and no kmap() shows it")
        : hex(address);
  }
}
