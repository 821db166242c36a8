package dev.quarry.check;

import dev.quarry.machine.UserError;

/** A machine on which no pressure can be made. */
public final class PressureException extends IllegalArgumentException implements UserError {
  private static final long serialVersionUID = 1L;

  PressureException(String message) {
    super(message);
  }
}
