package dev.quarry.cli.lang;

import dev.quarry.machine.Nearest;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** The commands that there are, by name, in the order in which {@code help} shows them. */
public final class Registry {
  private static final List<String> KEYWORDS = List.of("repeat", "for", "expect");

  private final Map<String, Command> commands = new LinkedHashMap<>();

  /** Adds a command. */
  public Registry add(Command command) {
    commands.put(command.name(), command);
    return this;
  }

  /** All commands. */
  public Collection<Command> all() {
    return List.copyOf(commands.values());
  }

  /** All names that may begin a line. */
  public List<String> names() {
    List<String> names = new ArrayList<>(commands.keySet());
    names.addAll(KEYWORDS);
    return names;
  }

  Command get(String name, Position position) {
    Command command = commands.get(name);
    if (command == null) {
      throw ScriptException.mistake(
          position,
          "\""
              + name
              + "\" is not a command; did you mean \""
              + Nearest.to(name, names())
              + "\"? (help lists them)");
    }
    return command;
  }

  /** The text of {@code help}, or of {@code help NAME}. */
  public String help(String name) {
    return name.isEmpty() ? overview() : details(name);
  }

  private String overview() {
    StringBuilder out = new StringBuilder();
    String chapter = "";
    for (Command command : commands.values()) {
      if (!command.chapter().equals(chapter)) {
        chapter = command.chapter();
        out.append(out.isEmpty() ? "" : "\n").append(chapter).append('\n');
      }
      String head = command.name() + " " + command.usage();
      out.append("  ").append(head);
      out.append(head.length() > 38 ? "\n" + " ".repeat(42) : " ".repeat(40 - head.length()));
      out.append(command.summary()).append('\n');
    }
    out.append("\nlanguage\n");
    out.append(
        "  name = COMMAND                          names the result: p, p[3]; p.pfn is a part\n");
    out.append("  repeat N { ... }                        for i in 0..9 { p[$i] = ... }\n");
    out.append("  expect fails COMMAND                    expect p.order == 3   (!= < <= > >=)\n");
    out.append("  help NAME explains a command.\n");
    return out.toString();
  }

  private String details(String name) {
    Command command = commands.get(name);
    if (command == null) {
      throw new IllegalArgumentException(
          "there is no command \""
              + name
              + "\"; did you mean \""
              + Nearest.to(name, names())
              + "\"?");
    }
    return command.name()
        + " "
        + command.usage()
        + "\n  "
        + command.summary()
        + "\n  example:\n    "
        + command.example().replace("\n", "\n    ")
        + "\n";
  }
}
