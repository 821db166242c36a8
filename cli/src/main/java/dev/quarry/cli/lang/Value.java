package dev.quarry.cli.lang;

import java.util.List;
import java.util.Optional;

/** What a command results in, and what a name stands for. */
public sealed interface Value {
  /** Nothing. */
  Value NOTHING = new Text("");

  /** The value as a user reads it. */
  String show();

  /** The value as a word of a command, or beside an operator. */
  default String word() {
    return show();
  }

  /** A part of the value by name. */
  default Optional<Value> field(String name) {
    return Optional.empty();
  }

  /** The names of its parts. */
  default List<String> fields() {
    return List.of();
  }

  /** A whole number. */
  record Number(long value) implements Value {
    @Override
    public String show() {
      return Long.toString(value);
    }
  }

  /** Text. */
  record Text(String text) implements Value {
    @Override
    public String show() {
      return text;
    }
  }

  /** The command was right, and the answer is no: an allocation that failed. */
  non-sealed interface Failure extends Value {}

  /** Something that a floor knows: a block of pages, a zone, later a cache or an area. */
  non-sealed interface Thing extends Value {}
}
