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

  /** How to accept another text, for the message of a failure. */
  static String howToUpdate(Class<?> test) {
    return "If the new text is right, accept it with: mvn -pl cli -am test -Dtest="
        + test.getSimpleName()
        + " -Dsurefire.failIfNoSpecifiedTests=false -Dquarry.update=true";
  }

  /** The file's text; after writing {@code actual} to it, if texts are updated. */
  static String text(Path file, String actual) throws IOException {
    if (isUpdated() && !(Files.exists(file) && Files.readString(file).equals(actual))) {
      Files.createDirectories(file.getParent());
      Files.writeString(file, actual);
      System.out.println("updated " + Repository.root().relativize(file));
    }
    return Files.exists(file) ? Files.readString(file) : "";
  }
}
