package dev.quarry.machine;

/**
 * A machine's specification is unclear or impossible. The message names the place and both numbers.
 */
public final class SpecException extends IllegalArgumentException implements UserError {
  private static final long serialVersionUID = 1L;

  /** A refusal, complete as it stands. */
  public SpecException(String message) {
    super(message);
  }

  /** A refusal at a line of a source: {@code laptop.machine:7: ...}. */
  public SpecException(String source, int line, String message) {
    super(source + ":" + line + ": " + message);
  }
}
