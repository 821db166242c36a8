package dev.quarry.reclaim;

import dev.quarry.machine.UserError;

/** A swap area cannot be used as somebody asks for. */
public final class SwapException extends RuntimeException implements UserError {
  private static final long serialVersionUID = 1L;

  SwapException(String message) {
    super(message);
  }

  SwapException(String message, Throwable cause) {
    super(message, cause);
  }
}
