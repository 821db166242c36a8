package dev.quarry.cli.commands;

import dev.quarry.cli.lang.Value;

/** An answer of no that is not an allocation's: misuse that was caught, a check that found much. */
record Refused(String text) implements Value.Failure {
  @Override
  public String show() {
    return text;
  }
}
