package dev.quarry.cli.lang;

import java.util.Optional;

/** What a command results in. */
public sealed interface Value {
  /** Nothing. */
  Value NOTHING = new Text("");

  /** The value as a user reads it. */
  String show();

  /** A part of the value by name. */
  default Optional<Value> field(String name) {
    return Optional.empty();
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

  /** Something that a floor knows: a block of pages, later a cache or an area. */
  non-sealed interface Thing extends Value {}
}
