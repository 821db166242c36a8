package dev.quarry.cli.commands;

import dev.quarry.cli.lang.Call;
import dev.quarry.cli.lang.Registry;
import dev.quarry.cli.lang.Session;
import dev.quarry.cli.lang.SimpleCommand;
import dev.quarry.cli.lang.Value;
import dev.quarry.machine.Sizes;
import dev.quarry.physical.DirectMap;

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
                (call, session) -> hex(map(session).pageToVirt(frame(call, session)))));
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
    return call.read(0, "an address such as 0x1000", AddressCommands::parse);
  }

  private static long parse(Value value) {
    if (value instanceof Value.Number(long number)) {
      return number;
    }
    String text = value.word();
    if (!text.startsWith("0x")) {
      return Sizes.parse(text);
    }
    try {
      return Long.parseUnsignedLong(text.substring(2), 16);
    } catch (NumberFormatException e) {
      throw new IllegalArgumentException("\"" + text + "\" is not an address such as 0x1000", e);
    }
  }
}
