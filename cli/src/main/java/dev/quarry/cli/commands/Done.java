package dev.quarry.cli.commands;

import dev.quarry.cli.lang.Value;

/** What a command says that it did; in a loop nobody wants to read it. */
record Done(String text) implements Value.Thing {
  @Override
  public String show() {
    return text;
  }
}
