package dev.quarry.replay.read;

import dev.quarry.machine.UserError;

/**
 * A recording or a snapshot that cannot be used. The message begins with the place, {@code
 * ev.K.txt:1234:}, or with the file alone where no line is to blame, and gives both numbers: what
 * was found and what it would have to agree with.
 */
public final class RecordingException extends RuntimeException implements UserError {
  /** An error in a file as a whole, or in a folder. */
  public RecordingException(String file, String text) {
    super(file + ": " + text);
  }

  /** An error at one line. */
  public RecordingException(Place place, String text) {
    super(place + ": " + text);
  }
}
