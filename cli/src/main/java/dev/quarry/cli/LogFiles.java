package dev.quarry.cli;

import java.io.IOException;
import java.nio.file.FileSystems;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.PathMatcher;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;

/**
 * The logs that arguments name: files, folders with all files in them and below, and patterns such
 * as {@code logs/*.gz} that no shell has filled in. In the order of the arguments; sorted within a
 * folder or a pattern; each file once.
 */
final class LogFiles {
  /** The argument that stands for the standard input. */
  static final String STDIN = "-";

  private static final String WILD = "*?[{";

  private LogFiles() {}

  /**
   * The files' names.
   *
   * @throws NoSuchFileException if an argument names none
   */
  static List<String> of(List<String> arguments) throws IOException {
    Set<String> files = new LinkedHashSet<>();
    for (String argument : arguments) {
      List<String> found = named(argument);
      if (found.isEmpty()) {
        throw new IOException(argument + ": no file is there");
      }
      files.addAll(found);
    }
    return new ArrayList<>(files);
  }

  private static List<String> named(String argument) throws IOException {
    Path path = Path.of(argument);
    if (argument.equals(STDIN)) {
      return List.of(argument);
    }
    if (Files.isDirectory(path)) {
      try (Stream<Path> all = Files.walk(path)) {
        return all.filter(Files::isRegularFile).map(Path::toString).sorted().toList();
      }
    }
    if (Files.exists(path)) {
      return List.of(argument);
    }
    if (argument.chars().noneMatch(c -> WILD.indexOf(c) >= 0)) {
      throw new NoSuchFileException(argument);
    }
    return matching(path);
  }

  /** Files that a pattern names; it is looked for below its last folder without a wild card. */
  private static List<String> matching(Path pattern) throws IOException {
    Path from = pattern.isAbsolute() ? pattern.getRoot() : Path.of("");
    int names = pattern.getNameCount();
    for (int i = 0; i < names - 1 && isPlain(pattern.getName(i)); i++) {
      from = from.resolve(pattern.getName(i));
    }
    if (!Files.isDirectory(from)) {
      return List.of();
    }
    PathMatcher matcher = FileSystems.getDefault().getPathMatcher("glob:" + pattern);
    boolean anyDepth = pattern.toString().contains("**");
    int depth = anyDepth ? Integer.MAX_VALUE : names - from.getNameCount() + 1;
    try (Stream<Path> all = Files.walk(from, depth)) {
      return all.filter(Files::isRegularFile)
          .filter(matcher::matches)
          .map(Path::toString)
          .sorted()
          .toList();
    }
  }

  private static boolean isPlain(Path name) {
    return name.toString().chars().noneMatch(c -> WILD.indexOf(c) >= 0);
  }

  /** Bytes of the files on the disk; what is no file has none. */
  static long bytes(List<String> files) throws IOException {
    long bytes = 0;
    for (String file : files) {
      Path path = Path.of(file);
      bytes += !file.equals(STDIN) && Files.isRegularFile(path) ? Files.size(path) : 0;
    }
    return bytes;
  }
}
