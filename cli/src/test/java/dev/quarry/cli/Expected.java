package dev.quarry.cli;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * Text that is kept in a file of the repository and compared with what the product says now. To
 * accept what it says now, look at it, then run the test again with {@code -Dquarry.update=true}.
 */
final class Expected {
  private Expected() {}

  /** Whether files are to be written instead of compared. */
  static boolean isUpdated() {
    return Boolean.getBoolean("quarry.update");
  }

  /** Says where a text differs from the file's; writes the file if texts are updated. */
  static void same(Path file, String actual, Class<?> test) throws IOException {
    String before = Files.exists(file) ? Files.readString(file) : "";
    if (before.equals(actual)) {
      return;
    }
    Path shown = Repository.root().relativize(file);
    if (isUpdated()) {
      Files.createDirectories(file.getParent());
      Files.writeString(file, actual);
      System.out.println("updated " + shown);
      return;
    }
    String[] old = before.split("\n", -1);
    String[] now = actual.split("\n", -1);
    int line = 0;
    while (line < Math.min(old.length, now.length) && old[line].equals(now[line])) {
      line++;
    }
    throw new AssertionError(
        shown
            + ":"
            + (line + 1)
            + ": another text\n  expected: "
            + (line < old.length ? old[line] : "the end")
            + "\n  printed:  "
            + (line < now.length ? now[line] : "the end")
            + "\nIf the new text is right, accept it with: mvn -pl cli -am test -Dtest="
            + test.getSimpleName()
            + " -Dsurefire.failIfNoSpecifiedTests=false -Dquarry.update=true");
  }
}
