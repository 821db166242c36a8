package dev.quarry.cli.commands;

import dev.quarry.cli.lang.Call;
import dev.quarry.cli.lang.Registry;
import dev.quarry.cli.lang.Session;
import dev.quarry.cli.lang.SimpleCommand;
import dev.quarry.cli.lang.Value;
import java.util.ArrayList;
import java.util.List;

/** Commands about the session itself. */
final class SessionCommands {
  private static final String CHAPTER = "session";

  private SessionCommands() {}

  static void addTo(Registry registry) {
    registry
        .add(
            SimpleCommand.of(
                CHAPTER, "print VALUE", "prints a value", "print p.pfn", SessionCommands::print))
        .add(
            SimpleCommand.of(
                CHAPTER,
                "names",
                "lists the names that are defined",
                "names",
                SessionCommands::names))
        .add(
            SimpleCommand.of(
                CHAPTER,
                "help [NAME]",
                "explains all commands, or one",
                "help alloc_pages",
                (call, session) -> help(registry, call)))
        .add(SimpleCommand.of(CHAPTER, "quit", "ends the session", "quit", SessionCommands::quit));
  }

  private static Value print(Call call, Session session) {
    List<String> shown = new ArrayList<>();
    for (int i = 0; i < call.size(); i++) {
      shown.add(call.value(i, "a value").show());
    }
    return new Value.Text(String.join(" ", shown));
  }

  private static Value names(Call call, Session session) {
    call.atMost(0);
    return new Value.Text(String.join(" ", session.names()));
  }

  private static Value help(Registry registry, Call call) {
    call.atMost(1);
    return new Value.Text(registry.help(call.wordOr(0, "")).stripTrailing());
  }

  private static Value quit(Call call, Session session) {
    session.quit();
    return Value.NOTHING;
  }
}
