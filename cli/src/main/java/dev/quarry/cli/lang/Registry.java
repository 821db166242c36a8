package dev.quarry.cli.lang;

import dev.quarry.machine.Nearest;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** The commands that there are, by name, in the order in which {@code help} shows them. */
public final class Registry {
  private final Map<String, Command> commands = new LinkedHashMap<>();

  /** Adds a command. */
  public Registry add(Command command) {
    if (commands.put(command.name(), command) != null) {
      throw new IllegalStateException("command " + command.name() + " is there twice");
    }
    return this;
  }

  /** All commands. */
  public Collection<Command> all() {
    return List.copyOf(commands.values());
  }

  /** All names that may begin a line. */
  public List<String> names() {
    List<String> names = new ArrayList<>(commands.keySet());
    names.addAll(Keywords.names());
    return names;
  }

  /** Whether there is such a command. */
  public boolean has(String name) {
    return commands.containsKey(name);
  }

  /** A command, or null. */
  public @Nullable Command find(String name) {
    return commands.get(name);
  }

  Command get(String name, Position position) {
    Command command = commands.get(name);
    if (command == null) {
      String hint = Nearest.hint(name, names());
      throw ScriptException.mistake(
          position,
          "\"" + name + "\" is not a command" + (hint.isEmpty() ? "; help lists them" : hint));
    }
    return command;
  }

  /** The text of {@code help}, or of {@code help NAME}. */
  public String help(String name) {
    if (name.isEmpty()) {
      return HelpText.overview(commands.values());
    }
    Command command = commands.get(name);
    if (command != null) {
      return HelpText.of(command);
    }
    String keyword = Keywords.help(name);
    if (keyword == null) {
      throw new IllegalArgumentException(
          "there is no help for \"" + name + "\"" + Nearest.hint(name, names()));
    }
    return keyword;
  }
}
