package dev.quarry.replay.read;

/**
 * Where something stands: a file, and a line in it.
 *
 * @param file the name that a user knows the file by, relative to the recording's folder
 * @param line from 1; {@link #WHOLE_FILE} where no line is meant
 */
public record Place(String file, long line) {
  /** The line number of a place that is a whole file. */
  public static final long WHOLE_FILE = 0;

  /** A whole file. */
  public static Place of(String file) {
    return new Place(file, WHOLE_FILE);
  }

  /** {@code file:line}, or the file alone. */
  @Override
  public String toString() {
    return line == WHOLE_FILE ? file : file + ":" + line;
  }
}
