package dev.quarry.replay.record;

import dev.quarry.machine.UserError;

/** Nothing can be recorded here: what is missing, and how to give it. */
public final class RecordException extends RuntimeException implements UserError {
  RecordException(String message) {
    super(message);
  }

  RecordException(String message, Throwable cause) {
    super(message, cause);
  }
}
