package dev.quarry.replay.refs;

import dev.quarry.machine.UserError;

/** References that cannot be played as the user asks. */
public final class RefException extends RuntimeException implements UserError {
  RefException(String text) {
    super(text);
  }
}
