package dev.quarry.cli.lang;

import dev.quarry.machine.UserError;

/** A script that cannot be run, or an expectation that did not hold. */
public final class ScriptException extends RuntimeException implements UserError {
  private static final long serialVersionUID = 1L;

  private final transient Position position;
  private final boolean expectation;

  private ScriptException(Position position, String message, boolean expectation) {
    super(message, null, false, false);
    this.position = position;
    this.expectation = expectation;
  }

  /** A mistake in the script. */
  static ScriptException mistake(Position position, String message) {
    return new ScriptException(position, message, false);
  }

  /** An {@code expect} that did not hold. */
  static ScriptException unmet(Position position, String message) {
    return new ScriptException(position, message, true);
  }

  /** Where. */
  public Position position() {
    return position;
  }

  /** Whether this is an expectation that did not hold, and the script itself is right. */
  public boolean isExpectation() {
    return expectation;
  }

  /** The message with its place, the line and a caret below it. */
  public String render(String source, String script) {
    String[] lines = script.split("\n", -1);
    String line = position.line() <= lines.length ? lines[position.line() - 1] : "";
    String caret = " ".repeat(Math.max(0, Math.min(position.column() - 1, line.length()))) + "^";
    String shown = line.length() <= 200 ? "\n  " + line + "\n  " + caret : "";
    return source + ":" + position.line() + ":" + position.column() + ": " + getMessage() + shown;
  }
}
