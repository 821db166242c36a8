package dev.quarry.cli;

/** Runs scripts for tests of other packages. */
public final class ShellRuns {
  private ShellRuns() {}

  /**
   * What a script prints.
   *
   * @throws AssertionError with the shell's message, if it does not run to its end
   */
  public static String output(String script) {
    Cli.Result result = Cli.script(script);
    if (result.code() != 0) {
      throw new AssertionError(result.err() + "\n" + script);
    }
    return result.out();
  }
}
