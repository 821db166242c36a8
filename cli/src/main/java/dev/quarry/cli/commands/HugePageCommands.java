package dev.quarry.cli.commands;

import dev.quarry.cli.lang.Call;
import dev.quarry.cli.lang.Registry;
import dev.quarry.cli.lang.Session;
import dev.quarry.cli.lang.SimpleCommand;
import dev.quarry.cli.lang.Value;
import dev.quarry.kernel.SystemCalls;
import dev.quarry.virtual.fault.HugePages;
import dev.quarry.virtual.space.HugePrctl;

/** Huge pages of processes: the daemon that makes them, what splits them, who has none. */
final class HugePageCommands {
  private static final String CHAPTER = "processes: huge pages";
  private static final int STEPS_OF_A_SCAN = 4096;
  private static final int STEPS_OF_A_SPLIT = 512;

  private HugePageCommands() {}

  static void addTo(Registry registry) {
    registry
        .add(
            SimpleCommand.of(
                CHAPTER,
                "khugepaged",
                "lets the daemon scan once: small pages of processes become huge ones",
                "s = spawn\nkhugepaged",
                HugePageCommands::khugepaged))
        .add(
            SimpleCommand.of(
                CHAPTER,
                "split_deferred",
                "splits huge pages of which parts are mapped no more, as a shrinker does",
                "s = spawn\nsplit_deferred",
                HugePageCommands::splitDeferred))
        .add(
            Processing.command(
                CHAPTER,
                "thp_disable yes|no|except_advised",
                "prctl(PR_SET_THP_DISABLE): whether the process may have huge pages",
                "s = spawn\ns: thp_disable yes",
                HugePageCommands::disable));
  }

  private static HugePages huge(Session session) {
    return Booted.machine(session).processes().pages().huge();
  }

  private static Value khugepaged(Call call, Session session) {
    call.atMost(0);
    session.spend(STEPS_OF_A_SCAN);
    int made = huge(session).khugepaged().step(Booted.cpu(session, call));
    return new Value.Text(Counted.of(made, "huge page") + " made of small ones");
  }

  private static Value splitDeferred(Call call, Session session) {
    call.atMost(0);
    session.spend(STEPS_OF_A_SPLIT);
    int split = huge(session).splitDeferred(Booted.cpu(session, call), Integer.MAX_VALUE);
    return new Value.Text(Counted.of(split, "huge page") + " split");
  }

  private static Value disable(Processing it) {
    it.call().atMost(1);
    String who = it.call().literal(0, "yes, no or except_advised");
    SystemCalls calls = it.calls();
    switch (who) {
      case "yes" -> calls.prctlSetThpDisable(1, 0);
      case "no" -> calls.prctlSetThpDisable(0, 0);
      case "except_advised" -> calls.prctlSetThpDisable(1, HugePrctl.EXCEPT_ADVISED);
      default -> throw it.call().refuse(0, "\"" + who + "\" is not one of yes, no, except_advised");
    }
    return Value.NOTHING;
  }
}
