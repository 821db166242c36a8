package dev.quarry.cli.tidy;

/**
 * A place where a source does not keep to a habit.
 *
 * @param path from the repository's root, with slashes
 */
record Offence(Habit habit, String path, long line, String what) {
  @Override
  public String toString() {
    return path + ":" + line + ": " + what;
  }
}
