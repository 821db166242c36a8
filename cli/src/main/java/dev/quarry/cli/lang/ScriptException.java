package dev.quarry.cli.lang;

import dev.quarry.machine.UserError;

/** A script that cannot be run, or an expectation that did not hold. */
public final class ScriptException extends RuntimeException implements UserError {
  /** The message of a script that the user stopped. */
  static final String INTERRUPTED = "interrupted";

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

  /** A mistake, for the reason that something threw. */
  static ScriptException mistake(Position position, RuntimeException reason) {
    return mistake(position, String.valueOf(reason.getMessage()));
  }

  /** An {@code expect} that did not hold. */
  static ScriptException unmet(Position position, String message) {
    return new ScriptException(position, message, true);
  }

  /** Where. */
  public Position position() {
    return position;
  }

  /** Whether the user stopped the script. */
  public boolean isInterrupt() {
    return INTERRUPTED.equals(getMessage());
  }

  /** Whether this is an expectation that did not hold, and the script itself is right. */
  public boolean isExpectation() {
    return expectation;
  }
}
