package dev.quarry.cli.commands;

import dev.quarry.cli.lang.Call;
import dev.quarry.cli.lang.Registry;
import dev.quarry.cli.lang.Session;
import dev.quarry.cli.lang.SimpleCommand;
import dev.quarry.cli.lang.Value;
import dev.quarry.kernel.Machine;
import dev.quarry.observe.ProcFs;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** Commands about the session itself. */
final class SessionCommands {
  private static final String CHAPTER = "session";
  private static final int MOST_LISTED = 100;
  private static final long STEPS_OF_A_WRITE = 100;

  private SessionCommands() {}

  static void addTo(Registry registry) {
    registry
        .add(
            command(
                "print VALUE...",
                "prints values and texts",
                "print \"frame\" p.pfn",
                SessionCommands::print))
        .add(
            command(
                    "echo on|off",
                    "shows a script's lines, or stops that",
                    "echo on\necho off\necho \"kmalloc-64 120 60 8\" > /proc/slabinfo",
                    SessionCommands::echo)
                .withNotes(
                    "its comments as well, from the next line on\n"
                        + "echo TEXT > FILE writes a file:\n"
                        + "  /proc/PID/oom_score_adj\n  /proc/PID/oom_adj\n  "
                        + String.join("\n  ", ProcFs.writablePaths())))
        .add(command("names", "lists what has a name", "names", SessionCommands::names))
        .add(
            command(
                "help [NAME]",
                "explains all commands, or one",
                "help alloc_pages",
                (call, session) -> help(registry, call)))
        .add(command("quit", "ends the session", "quit", SessionCommands::quit));
  }

  private static SimpleCommand command(
      String usage, String summary, String example, SimpleCommand.Action action) {
    return SimpleCommand.of(CHAPTER, usage, summary, example, action);
  }

  private static Value print(Call call, Session session) {
    List<String> shown = new ArrayList<>();
    for (int i = 0; i < call.size(); i++) {
      shown.add(call.value(i, "a value").show());
    }
    return new Value.Text(String.join(" ", shown));
  }

  private static Value echo(Call call, Session session) {
    if (call.size() > 1 && call.word(1, ">").equals(">")) {
      return write(call, session);
    }
    call.atMost(1);
    String word = call.word(0, "on or off");
    if (!word.equals("on") && !word.equals("off")) {
      throw call.refuse(0, "echo is on or off, not \"" + word + "\"");
    }
    session.echo(word.equals("on"));
    return Value.NOTHING;
  }

  /** {@code echo TEXT > FILE}. */
  private static Value write(Call call, Session session) {
    call.atMost(3);
    Machine machine = Booted.machine(session);
    String path = call.word(2, "a file such as /proc/slabinfo");
    if (!ProcFs.isWritable(path)) {
      throw call.refuse(
          2, path + " cannot be written, only " + String.join(", ", ProcFs.writablePaths()));
    }
    if (path.equals("/proc/slabinfo")) {
      Caches.slab(session);
    } else if (path.startsWith("/proc/sys/vm/")) {
      machine.processes();
    }
    session.spend(STEPS_OF_A_WRITE + machine.cpus().size());
    return call.read(
        0,
        "a text",
        text -> {
          MachineFiles.proc(machine).write(path, text.word());
          return Value.NOTHING;
        });
  }

  private static Value names(Call call, Session session) {
    call.atMost(0);
    List<String> lines = new ArrayList<>();
    for (Map.Entry<String, Value> name : session.names().entrySet()) {
      if (lines.size() == MOST_LISTED) {
        lines.add("… and " + (session.names().size() - MOST_LISTED) + " more");
        break;
      }
      String value = name.getValue().show().lines().findFirst().orElse("");
      lines.add(name.getKey() + " = " + value);
    }
    session.spend(lines.size());
    return new Value.Text(lines.isEmpty() ? "nothing has a name" : String.join("\n", lines));
  }

  private static Value help(Registry registry, Call call) {
    call.atMost(1);
    return call.size() == 0
        ? new Value.Text(registry.help(""))
        : call.read(0, "a name", name -> new Value.Text(registry.help(name.word())));
  }

  private static Value quit(Call call, Session session) {
    call.atMost(0);
    session.quit();
    return Value.NOTHING;
  }
}
