package dev.quarry.cli.commands;

import dev.quarry.cli.lang.Call;
import dev.quarry.cli.lang.Registry;
import dev.quarry.cli.lang.Session;
import dev.quarry.cli.lang.SimpleCommand;
import dev.quarry.cli.lang.Value;
import dev.quarry.kernel.Machine;
import dev.quarry.observe.ProcFs;
import dev.quarry.physical.DirectMap;
import dev.quarry.physical.MemInfoDump;
import dev.quarry.physical.Zone;
import java.util.ArrayList;
import java.util.List;

/** Commands that show the machine. */
final class LookCommands {
  private static final String CHAPTER = "looking";

  private LookCommands() {}

  static void addTo(Registry registry) {
    registry
        .add(
            command(
                "cat FILE",
                "prints a file of /proc or /sys such as /proc/meminfo, /proc/zoneinfo, /proc/iomem,"
                    + " /sys/devices/system/node/node0/numastat",
                "cat /proc/buddyinfo",
                LookCommands::cat))
        .add(
            command(
                "draw PICTURE [zone=NAME] [node=N] [from=FRAME] [pages=N]",
                "draws buddy (blocks and lists), reserve (marks and shares), zones, pcp",
                "draw buddy zone=Normal\ndraw reserve",
                LookCommands::draw))
        .add(command("dmesg", "prints the kernel's log", "dmesg", LookCommands::dmesg))
        .add(
            command(
                "show_mem",
                "prints the state of memory as a failure report does (SysRq-M)",
                "show_mem",
                LookCommands::showMem))
        .add(
            command(
                "__pa ADDRESS",
                "the physical address behind an address of the direct map",
                "__pa 0xffff888000001000",
                LookCommands::pa))
        .add(
            command(
                "__va PHYSICAL",
                "the address at which the direct map shows a physical address",
                "__va 0x1000",
                LookCommands::va))
        .add(
            command(
                "first_fit [pages=N] [steps=N] [seed=N]",
                "plays the same requests on a first-fit list and on the buddy system",
                "first_fit pages=4096 steps=20000",
                FirstFitComparison::run));
  }

  private static SimpleCommand command(
      String usage,
      String summary,
      String example,
      java.util.function.BiFunction<Call, Session, Value> action) {
    return SimpleCommand.of(CHAPTER, usage, summary, example, action);
  }

  private static Value cat(Call call, Session session) {
    call.atMost(1);
    String path = call.word(0, "a file such as /proc/buddyinfo");
    ProcFs files = new ProcFs(Booted.machine(session).memory());
    return new Value.Text(
        files
            .read(path)
            .orElseThrow(() ->
                new IllegalArgumentException(
                    "there is no file "
                        + path
                        + "; did you mean "
                        + dev.quarry.machine.Nearest.to(path, ProcFs.paths())
                        + "?"))
            .stripTrailing());
  }

  private static Value draw(Call call, Session session) {
    call.atMost(1);
    String picture = call.word(0, "a picture: buddy, reserve, zones or pcp");
    List<Zone> zones = Booted.zones(session, call);
    Machine machine = Booted.machine(session);
    List<String> drawn = new ArrayList<>();
    switch (picture) {
      case "buddy" -> {
        for (Zone zone : zones) {
          int from = call.number("from", zone.startPfn());
          drawn.add(new BuddyPicture(machine, zone).draw(from, call.number("pages", 0)));
        }
      }
      case "reserve" -> drawn.add(ReservePicture.draw(machine, zones));
      case "zones" -> drawn.add(ZonePicture.draw(machine, zones));
      case "pcp" -> drawn.add(PcpPicture.draw(zones));
      default ->
          throw new IllegalArgumentException(
              "there is no picture \"" + picture + "\": buddy, reserve, zones or pcp");
    }
    return new Value.Text(String.join("\n", drawn));
  }

  private static Value dmesg(Call call, Session session) {
    call.atMost(0);
    return new Value.Text(String.join("\n", Booted.machine(session).log().lines()));
  }

  private static Value showMem(Call call, Session session) {
    call.atMost(0);
    Machine machine = Booted.machine(session);
    int highest = machine.spec().zones().size() - 1;
    return new Value.Text(
        new MemInfoDump(machine.memory()).text(highest, Booted.cpu(session, call)));
  }

  private static Value pa(Call call, Session session) {
    call.atMost(1);
    DirectMap map = Booted.machine(session).allocator().directMap();
    long physical = map.pa(address(call.word(0, "an address")));
    return new Value.Text("0x" + Long.toHexString(physical));
  }

  private static Value va(Call call, Session session) {
    call.atMost(1);
    DirectMap map = Booted.machine(session).allocator().directMap();
    return new Value.Text("0x" + Long.toHexString(map.va(address(call.word(0, "an address")))));
  }

  private static long address(String text) {
    try {
      return text.startsWith("0x")
          ? Long.parseUnsignedLong(text.substring(2), 16)
          : dev.quarry.machine.Sizes.parse(text);
    } catch (NumberFormatException e) {
      throw new IllegalArgumentException("\"" + text + "\" is not an address such as 0x1000", e);
    }
  }
}
