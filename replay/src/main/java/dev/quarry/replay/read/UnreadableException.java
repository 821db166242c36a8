package dev.quarry.replay.read;

import java.io.IOException;

/**
 * A file that was opened and cannot be read on: the disk fails, or what is packed is damaged or cut
 * off. What was read before stands.
 */
public final class UnreadableException extends IOException {
  private final String text;

  UnreadableException(String text, Exception cause) {
    super(text, cause);
    this.text = text;
  }

  /** Why, and after how many bytes; without a place. */
  public String text() {
    return text;
  }
}
