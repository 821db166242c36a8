package dev.quarry.cli.lang;

import dev.quarry.machine.Sizes;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** The words and options that a command was given, names already replaced by their values. */
public final class Call {
  private final String command;
  private final Position position;
  private final @Nullable Argument subject;
  private final List<Argument> words;
  private final Map<String, Argument> options;

  /** A word: its text, the value if it is a name, and where it stands. */
  record Argument(String text, boolean quoted, Value value, Position position) {}

  Call(
      String command,
      Position position,
      @Nullable Argument subject,
      List<Argument> words,
      Map<String, Argument> options) {
    this.command = command;
    this.position = position;
    this.subject = subject;
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

  /** The same call with one word less. */
  public Call without(int index) {
    List<Argument> fewer = new ArrayList<>(words);
    fewer.remove(index);
    return new Call(command, position, subject, fewer, options);
  }

  /** Whose command it is, read by {@code reader}; what that refuses is refused at its place. */
  public <T> T subject(Function<Value, T> reader) {
    if (subject == null) {
      throw new IllegalStateException(command + " is nobody's command");
    }
    return readAt(subject, reader);
  }

  /** Whether a word stands in quotes. */
  public boolean isQuoted(int index) {
    return index < words.size() && words.get(index).quoted();
  }

  /** Refuses more words than a command has a use for. */
  public void atMost(int count) {
    if (words.size() > count) {
      Argument extra = words.get(count);
      String takes = count == 0 ? "no word" : count == 1 ? "one word" : count + " words";
      throw ScriptException.mistake(
          extra.position(), command + " takes " + takes + ", not also \"" + extra.text() + "\"");
    }
  }

  /**
   * A word's value: what it names, or itself.
   *
   * @param what what the command needs, for the refusal if there is none
   */
  public Value value(int index, String what) {
    return argument(index, what).value();
  }

  /** A word as text. */
  public String word(int index, String what) {
    return argument(index, what).value().word();
  }

  /** A word as it is written, whatever it may name: a flag of the command's own. */
  public String literal(int index, String what) {
    return argument(index, what).text();
  }

  /** A word, or something else if there is none. */
  public String wordOr(int index, String otherwise) {
    return index < words.size() ? words.get(index).value().word() : otherwise;
  }

  /** All words from {@code index} on, with blanks between them; at least one. */
  public String rest(int index, String what) {
    argument(index, what);
    return String.join(
        " ", words.subList(index, words.size()).stream().map(word -> word.value().word()).toList());
  }

  /** A word, read by {@code reader}; what that refuses is refused at the word's place. */
  public <T> T read(int index, String what, Function<Value, T> reader) {
    return readAt(argument(index, what), reader);
  }

  /** Something to be refused at a word's place. */
  public RuntimeException refuse(int index, String message) {
    Position place = index < words.size() ? words.get(index).position() : position;
    return ScriptException.mistake(place, message);
  }

  /** An option as text, or something else. */
  public String option(String name, String otherwise) {
    Argument argument = options.get(name);
    return argument == null ? otherwise : argument.value().word();
  }

  /** An option, read by {@code reader}, or something else; refusals are at its place. */
  public <T> T option(String name, Function<Value, T> reader, T otherwise) {
    Argument argument = options.get(name);
    return argument == null ? otherwise : readAt(argument, reader);
  }

  /** An option's whole number, or something else. */
  public int number(String name, int otherwise, long least, long most) {
    return option(name, value -> integer(name, value, least, most), otherwise);
  }

  /** A word's whole number. */
  public int number(int index, String what, long least, long most) {
    return read(index, what, value -> integer(what, value, least, most));
  }

  private static int integer(String what, Value value, long least, long most) {
    long number = whole(what, value);
    if (number < least || number > most) {
      throw new IllegalArgumentException(what + " " + number + " is not " + least + " to " + most);
    }
    return (int) number;
  }

  private static long whole(String what, Value value) {
    if (value instanceof Value.Number(long given)) {
      return given;
    }
    try {
      return Sizes.parse(value.word());
    } catch (IllegalArgumentException e) {
      throw new IllegalArgumentException(
          what + " is a whole number, not \"" + value.word() + "\"", e);
    }
  }

  private Argument argument(int index, String what) {
    if (index >= words.size()) {
      throw ScriptException.mistake(position, command + " needs " + what);
    }
    return words.get(index);
  }

  private static <T> T readAt(Argument argument, Function<Value, T> reader) {
    try {
      return reader.apply(argument.value());
    } catch (ScriptException e) {
      throw e;
    } catch (IllegalArgumentException e) {
      throw ScriptException.mistake(argument.position(), e);
    }
  }
}
