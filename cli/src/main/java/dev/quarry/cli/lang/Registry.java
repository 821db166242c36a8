package dev.quarry.cli.lang;

import dev.quarry.machine.Nearest;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** The commands that there are, by name, in the order in which {@code help} shows them. */
public final class Registry {
  private final List<Command> all = new ArrayList<>();
  private final Map<String, Command> commands = new LinkedHashMap<>();
  private final Map<String, Command> ofSubjects = new LinkedHashMap<>();

  /** Adds a command. */
  public Registry add(Command command) {
    Map<String, Command> kind = command.subject().isEmpty() ? commands : ofSubjects;
    if (kind.put(command.name(), command) != null) {
      throw new IllegalStateException("command " + command.name() + " is there twice");
    }
    all.add(command);
    return this;
  }

  /** All commands. */
  public Collection<Command> all() {
    return List.copyOf(all);
  }

  /** All names that help knows. */
  public List<String> names() {
    Set<String> names = new LinkedHashSet<>(firstWords());
    names.addAll(ofSubjects.keySet());
    return List.copyOf(names);
  }

  /** All names that may begin a line. */
  public List<String> firstWords() {
    List<String> names = new ArrayList<>(commands.keySet());
    names.addAll(Keywords.names());
    return names;
  }

  /** All names that may stand behind a subject and its colon. */
  public List<String> ofSubjects() {
    return List.copyOf(ofSubjects.keySet());
  }

  /** Whether there is such a command. */
  public boolean has(String name) {
    return commands.containsKey(name);
  }

  /** A command that has no subject, or null. */
  public @Nullable Command find(String name) {
    return commands.get(name);
  }

  /** A command of something, or null. */
  public @Nullable Command findOfSubject(String name) {
    return ofSubjects.get(name);
  }

  Command get(String name, Position position) {
    Command command = commands.get(name);
    if (command != null) {
      return command;
    }
    if (ofSubjects.containsKey(name)) {
      throw ScriptException.mistake(
          position, "\"" + name + "\" is a process's command: p: " + name + ", where p = spawn");
    }
    throw unknown(name, position, firstWords());
  }

  Command getOfSubject(String name, Position position) {
    Command command = ofSubjects.get(name);
    if (command != null) {
      return command;
    }
    if (commands.containsKey(name)) {
      throw ScriptException.mistake(
          position, "\"" + name + "\" is nobody's command; it has no name and colon before it");
    }
    throw unknown(name, position, ofSubjects());
  }

  private static ScriptException unknown(String name, Position position, List<String> known) {
    String hint = Nearest.hint(name, known);
    return ScriptException.mistake(
        position,
        "\"" + name + "\" is not a command" + (hint.isEmpty() ? "; help lists them" : hint));
  }

  /** The text of {@code help}, or of {@code help NAME}. */
  public String help(String name) {
    if (name.isEmpty()) {
      return HelpText.overview(all);
    }
    List<String> texts = new ArrayList<>();
    for (Command command : all) {
      if (command.name().equals(name)) {
        texts.add(HelpText.of(command));
      }
    }
    if (!texts.isEmpty()) {
      return String.join("\n\n", texts);
    }
    String keyword = Keywords.help(name);
    if (keyword == null) {
      throw new IllegalArgumentException(
          "there is no help for \"" + name + "\"" + Nearest.hint(name, names()));
    }
    return keyword;
  }
}
