package dev.quarry.cli.commands;

import dev.quarry.cli.lang.Call;
import dev.quarry.cli.lang.Registry;
import dev.quarry.cli.lang.Session;
import dev.quarry.cli.lang.SimpleCommand;
import dev.quarry.cli.lang.Value;
import dev.quarry.machine.Sizes;
import dev.quarry.reclaim.Reclaim;
import dev.quarry.reclaim.SwapArea;
import dev.quarry.reclaim.SwapException;
import java.nio.file.Path;
import java.util.List;

/** Commands about swap areas. */
final class SwapCommands {
  private static final String CHAPTER = "swap";
  private static final int LOWEST = -1;

  private SwapCommands() {}

  static void addTo(Registry registry) {
    registry
        .add(
            SimpleCommand.of(
                    CHAPTER,
                    "swapon SIZE|FILE [priority=N]",
                    "takes a swap area into use",
                    "swapon 64M priority=5",
                    refusing(SwapCommands::on))
                .withNotes(
                    "a size makes a file that goes with the machine\n"
                        + "a file must have been made a swap area by mkswap(8)"))
        .add(
            SimpleCommand.of(
                CHAPTER,
                "swapoff [NAME]",
                "brings all pages of a swap area back, and takes it out of use",
                "swapon 64M\nswapoff",
                refusing(SwapCommands::off)));
  }

  private static Reclaim reclaim(Session session) {
    return Booted.machine(session).reclaim();
  }

  /** What a swap area refuses is the command's failure, which a script may expect. */
  private static SimpleCommand.Action refusing(SimpleCommand.Action action) {
    return (call, session) -> {
      try {
        return action.run(call, session);
      } catch (SwapException e) {
        return new Refused(String.valueOf(e.getMessage()));
      }
    };
  }

  private static Value on(Call call, Session session) {
    call.atMost(1);
    String what = call.word(0, "a size or a file");
    int priority = call.number("priority", LOWEST, LOWEST, Short.MAX_VALUE);
    Reclaim reclaim = reclaim(session);
    SwapArea area;
    if (isSize(what)) {
      String name = freeName(reclaim);
      area = reclaim.swapOnOff().onTemporary(name, Sizes.parse(what), priority);
    } else {
      Path path = Path.of(what);
      area =
          priority == LOWEST
              ? reclaim.swapOnOff().on(path)
              : reclaim.swapOnOff().on(path, priority);
    }
    return new Value.Text(
        area.name() + ": " + Counted.of(area.pages(), "page") + ", priority " + area.priority());
  }

  private static boolean isSize(String word) {
    return !word.isEmpty() && Character.isDigit(word.charAt(0));
  }

  /** /swapfile, or with a number behind it. */
  private static String freeName(Reclaim reclaim) {
    List<String> names = reclaim.swap().areas().all().stream().map(SwapArea::name).toList();
    String name = "/swapfile";
    for (int number = 2; names.contains(name); number++) {
      name = "/swapfile" + number;
    }
    return name;
  }

  private static Value off(Call call, Session session) {
    call.atMost(1);
    Reclaim reclaim = reclaim(session);
    List<SwapArea> areas = reclaim.swap().areas().all();
    if (areas.isEmpty()) {
      throw new IllegalStateException("no swap area is in use");
    }
    String name = call.wordOr(0, areas.getLast().name());
    reclaim.swapOnOff().off(Booted.cpu(session, call), name);
    return new Value.Text(name + " is out of use");
  }
}
