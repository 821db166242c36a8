package dev.quarry.cli.shell;

import dev.quarry.cli.commands.AllCommands;
import dev.quarry.cli.lang.Budget;
import dev.quarry.cli.lang.Caret;
import dev.quarry.cli.lang.Interpreter;
import dev.quarry.cli.lang.Registry;
import dev.quarry.cli.lang.ScriptException;
import dev.quarry.cli.lang.Session;
import java.io.Console;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;

/**
 * The shell: reads a command, runs it, shows its result, until the user has enough; on a terminal
 * or from a pipe. A mistake does not end it.
 */
public final class Shell {
  /** How a shell went, the worst last. */
  public enum Outcome {
    /** Every command could be run, every expectation held. */
    ALL_WELL,
    /** An expectation did not hold. */
    UNMET,
    /** A command was wrong. */
    MISTAKE
  }

  private final Registry registry;
  private final Session session;
  private Outcome worst = Outcome.ALL_WELL;

  Shell(Registry registry, Session session) {
    this.registry = registry;
    this.session = session;
  }

  /**
   * Runs a shell until the end of input.
   *
   * @param out where results go when there is no terminal
   * @param colours whether a terminal may show mistakes in red
   */
  public static Outcome run(Registry registry, PrintWriter out, boolean colours)
      throws IOException {
    Console console = System.console();
    if (console != null && console.isTerminal()) {
      TerminalShell.run(registry, colours);
      return Outcome.ALL_WELL;
    }
    try (Session session = AllCommands.session(out)) {
      InputStreamReader input = new InputStreamReader(System.in, StandardCharsets.UTF_8);
      return new Shell(registry, session).piped(new PipedCommands(input));
    }
  }

  /** Runs commands from a pipe, each as soon as it is complete. */
  Outcome piped(PipedCommands commands) throws IOException {
    while (!session.isOver()) {
      PipedCommands.Command command = commands.next();
      if (command == null) {
        break;
      }
      ScriptException e = execute(command.text(), command.firstLine());
      if (e != null) {
        session.out().println(new Caret("shell", command.text(), command.firstLine()).render(e));
      }
      session.out().flush();
    }
    return worst;
  }

  Session session() {
    return session;
  }

  /** Runs what was typed; returns what was wrong with it, or null. */
  @Nullable ScriptException execute(String text, int firstLine) {
    session.budget(new Budget(Budget.DEFAULT_STEPS));
    try {
      new Interpreter(registry, session).run(text, firstLine);
      return null;
    } catch (ScriptException e) {
      Outcome outcome = e.isExpectation() ? Outcome.UNMET : Outcome.MISTAKE;
      worst = outcome.compareTo(worst) > 0 ? outcome : worst;
      return e;
    }
  }
}
