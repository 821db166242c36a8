package dev.quarry.conform;

import dev.quarry.machine.UserError;
import java.io.Serial;

/** The platform does not let the kernel's side be played. */
public final class ConformException extends IllegalStateException implements UserError {
  @Serial private static final long serialVersionUID = 1L;

  ConformException(String message) {
    super(message);
  }

  ConformException(String message, Throwable cause) {
    super(message, cause);
  }
}
