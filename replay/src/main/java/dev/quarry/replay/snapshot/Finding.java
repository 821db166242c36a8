package dev.quarry.replay.snapshot;

import dev.quarry.replay.read.Place;

/**
 * Something in a snapshot that contradicts itself or another part of it.
 *
 * @param severity whether a machine can still be made of the snapshot
 * @param place the line; the file alone where no line is to blame
 * @param text what was found, with both numbers
 */
public record Finding(Severity severity, Place place, String text) {
  /** What a finding means for the snapshot's use. */
  public enum Severity {
    /** No machine can have this state. */
    FATAL,
    /** The files were not taken at the same instant, or one of them is incomplete. */
    NOTE
  }

  /** Whether no machine can have this state. */
  public boolean isFatal() {
    return severity == Severity.FATAL;
  }

  @Override
  public String toString() {
    return place + ": " + text;
  }
}
