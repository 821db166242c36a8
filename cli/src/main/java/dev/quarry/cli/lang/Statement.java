package dev.quarry.cli.lang;

import java.util.List;
import org.jspecify.annotations.Nullable;

/** A statement of a script. */
sealed interface Statement {
  Position position();

  /** A word or string that an expression or a command is given. */
  record Argument(String text, boolean quoted, Position position) {}

  /** {@code key=value}. */
  record Option(String name, Argument value, Position position) {}

  /**
   * {@code subject: command word ... key=value ...}; quoted: a string stands in the command's
   * place.
   */
  record Call(
      @Nullable Argument subject,
      String command,
      boolean quoted,
      List<Argument> words,
      List<Option> options,
      Position position)
      implements Statement {}

  /** {@code name = command ...}. */
  record Assign(String name, Call call, Position position) implements Statement {}

  /** {@code repeat N { ... }}. */
  record Repeat(Argument count, List<Statement> body, Position position) implements Statement {}

  /** {@code for i in 0..9 { ... }}. */
  record For(String variable, Argument range, List<Statement> body, Position position)
      implements Statement {}

  /** {@code expect fails command ...}, or {@code expect works command ...}. */
  record ExpectOutcome(boolean fails, Statement statement, Position position)
      implements Statement {}

  /** {@code expect a == b}. */
  record ExpectCompare(Argument left, String operator, Argument right, Position position)
      implements Statement {}
}
