package dev.quarry.cli;

import java.io.Console;

/** Decides whether the standard output takes ANSI colours. */
final class Colours {
  private Colours() {}

  /**
   * Whether the standard output is a terminal that takes colours and nobody asked for none with the
   * variable {@code NO_COLOR} (no-color.org: any value but the empty one).
   */
  static boolean wanted() {
    String noColor = System.getenv("NO_COLOR");
    if ((noColor != null && !noColor.isEmpty()) || "dumb".equals(System.getenv("TERM"))) {
      return false;
    }
    return terminal();
  }

  /** Whether the standard input and output are a terminal. */
  static boolean terminal() {
    Console console = System.console();
    return console != null && console.isTerminal();
  }
}
