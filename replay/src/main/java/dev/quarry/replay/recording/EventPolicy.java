package dev.quarry.replay.recording;

/** What a reader does with a line that is wrong. */
public enum EventPolicy {
  /** It throws a {@link dev.quarry.replay.read.RecordingException} with file and line. */
  STRICT,
  /** It counts the line by what is wrong with it, and goes on. */
  LENIENT
}
