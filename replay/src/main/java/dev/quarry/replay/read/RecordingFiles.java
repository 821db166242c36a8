package dev.quarry.replay.read;

import java.io.IOException;
import java.nio.file.DirectoryIteratorException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.TreeSet;

/** Finds the files of a recording, which may be plain or compressed. */
public final class RecordingFiles {
  /** What may follow a file's name, in the order in which it is looked for. */
  private static final List<String> ENDINGS =
      List.of("", ".txt", ".xz", ".txt.xz", ".zst", ".txt.zst");

  private static final int MOST_LISTED = 20;

  private RecordingFiles() {}

  /** The regular file of that name in a folder, with {@code .txt}, {@code .xz} or {@code .zst}. */
  public static Optional<Path> find(Path folder, String name) {
    for (String ending : ENDINGS) {
      Path file = folder.resolve(name + ending);
      if (Files.isRegularFile(file)) {
        return Optional.of(file);
      }
    }
    return Optional.empty();
  }

  /** The names that {@link #find} tries, for a message. */
  public static String lookedFor(String name) {
    List<String> names = new ArrayList<>();
    for (String ending : ENDINGS) {
      if (ending.startsWith(".txt")) {
        names.add(name + ending);
      }
    }
    return String.join(", ", names);
  }

  /** The first names in a folder, sorted, for a message. */
  public static String listing(Path folder) {
    TreeSet<String> names = new TreeSet<>();
    try (DirectoryStream<Path> entries = Files.newDirectoryStream(folder)) {
      for (Path entry : entries) {
        names.add(nameOf(entry));
        if (names.size() > MOST_LISTED) {
          names.pollLast();
        }
      }
    } catch (IOException | DirectoryIteratorException e) {
      return "a folder that cannot be read";
    }
    return names.isEmpty() ? "nothing" : String.join(", ", names);
  }

  /** The last part of a path; the whole path where it has no parts. */
  public static String nameOf(Path path) {
    Path name = path.toAbsolutePath().normalize().getFileName();
    return name == null ? path.toString() : name.toString();
  }
}
