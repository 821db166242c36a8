package dev.quarry.cli;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;

/** The repository that the tests run in. */
public final class Repository {
  private Repository() {}

  /** Its folder, whichever module the tests were started in. */
  public static Path root() {
    Path folder = Path.of("").toAbsolutePath();
    while (!Files.exists(folder.resolve("quarry")) || !Files.exists(folder.resolve("core"))) {
      folder = folder.getParent();
      if (folder == null) {
        throw new IllegalStateException(
            "not inside the repository: " + Path.of("").toAbsolutePath());
      }
    }
    return folder;
  }

  /** Files of a folder, not of folders in it, whose name ends so; sorted. */
  public static List<Path> files(String folder, String ending) {
    try (Stream<Path> files = Files.list(root().resolve(folder))) {
      return files.filter(file -> file.toString().endsWith(ending)).sorted().toList();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
