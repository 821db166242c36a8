package dev.quarry.cli.lang;

import dev.quarry.machine.Sizes;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** The words and options that a command was given, names already replaced by their values. */
public final class Call {
  private final String command;
  private final List<Argument> words;
  private final Map<String, Argument> options;

  /** A word: its text, and the value if it is a name. */
  record Argument(String text, Value value) {}

  Call(String command, List<Argument> words, Map<String, Argument> options) {
    this.command = command;
    this.words = List.copyOf(words);
    this.options = Map.copyOf(options);
  }

  /** How many words there are behind the command. */
  public int size() {
    return words.size();
  }

  /** The names of the options that were given. */
  public Set<String> optionNames() {
    return options.keySet();
  }

  /** A word as it was written. */
  public String word(int index, String what) {
    return argument(index, what).text();
  }

  /** A word, or something else if there is none. */
  public String wordOr(int index, String otherwise) {
    return index < words.size() ? words.get(index).text() : otherwise;
  }

  /** A word's value: what it names, or itself. */
  public Value value(int index, String what) {
    return argument(index, what).value();
  }

  private Argument argument(int index, String what) {
    if (index >= words.size()) {
      throw new IllegalArgumentException(command + " needs " + what);
    }
    return words.get(index);
  }

  /** Refuses more words than a command has a use for. */
  public void atMost(int count) {
    if (words.size() > count) {
      throw new IllegalArgumentException(
          command + " takes " + count + " words, not also \"" + words.get(count).text() + "\"");
    }
  }

  /** An option as it was written, or something else. */
  public String option(String name, String otherwise) {
    Argument argument = options.get(name);
    return argument == null ? otherwise : argument.value().show();
  }

  /** An option's whole number, or something else. */
  public int number(String name, int otherwise) {
    Argument argument = options.get(name);
    return argument == null ? otherwise : integer(name, argument.value());
  }

  /** A word's whole number, or something else. */
  public int number(int index, String what, int otherwise) {
    return index < words.size() ? integer(what, words.get(index).value()) : otherwise;
  }

  private static int integer(String what, Value value) {
    long number = value instanceof Value.Number(long given) ? given : Sizes.parse(value.show());
    if (number != (int) number) {
      throw new IllegalArgumentException(what + " " + number + " is not below 2^31");
    }
    return (int) number;
  }
}
