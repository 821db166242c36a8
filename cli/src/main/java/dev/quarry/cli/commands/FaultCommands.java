package dev.quarry.cli.commands;

import dev.quarry.cli.lang.Call;
import dev.quarry.cli.lang.Registry;
import dev.quarry.cli.lang.Session;
import dev.quarry.cli.lang.SimpleCommand;
import dev.quarry.cli.lang.Value;
import dev.quarry.machine.FaultInjection;
import dev.quarry.machine.FaultSite;
import java.util.Arrays;
import java.util.Locale;
import java.util.stream.Collectors;

/** Lets requests, reads and writes of a machine fail: fault injection. */
final class FaultCommands {
  private static final String OFF = "off";

  private FaultCommands() {}

  static void addTo(Registry registry) {
    registry.add(
        SimpleCommand.of(
                "machine",
                "fail [SITE] [off] [nth=N] [times=N]",
                "lets a request, a read or a write fail that would work",
                "fail swap_write nth=3\nfail swap_write off",
                FaultCommands::fail)
            .withNotes(
                "sites: "
                    + String.join(", ", FaultSite.words())
                    + "\nnth=N: the N-th from now on fails, the next one if nothing is said; "
                    + "0: none, they are counted\n"
                    + "times=N: so many in a row, else one; without a site, all are shown, or all are off"));
  }

  private static Value fail(Call call, Session session) {
    call.atMost(2);
    FaultInjection faults = Booted.machine(session).memory().faults();
    if (call.size() == 1 && call.literal(0, OFF).equals(OFF)) {
      Arrays.stream(FaultSite.values()).forEach(faults::disarm);
      return all(faults);
    }
    if (call.size() == 0) {
      return all(faults);
    }
    String word = call.read(0, "a site", v -> ProcessCommands.oneOf(v, FaultSite.words()));
    FaultSite site = FaultSite.valueOf(word.toUpperCase(Locale.ROOT));
    if (call.size() == 2) {
      String off = call.literal(1, OFF);
      if (!off.equals(OFF)) {
        throw call.refuse(1, "\"" + off + "\" is not " + OFF);
      }
      faults.disarm(site);
      return new Value.Text(line(faults, site));
    }
    int nth = call.number("nth", 1, 0, Integer.MAX_VALUE);
    int times = call.number("times", 1, 1, Integer.MAX_VALUE);
    faults.arm(site, nth, times);
    return Value.NOTHING;
  }

  private static Value all(FaultInjection faults) {
    return new Value.Text(
        Arrays.stream(FaultSite.values())
            .map(site -> line(faults, site))
            .collect(Collectors.joining("\n")));
  }

  private static String line(FaultInjection faults, FaultSite site) {
    return String.format(
        Locale.ROOT,
        "%-10s %-5s  %d of %s failed",
        site.word(),
        faults.isArmed(site) ? "armed" : OFF,
        faults.injected(site),
        Counted.of(faults.calls(site), "call"));
  }
}
