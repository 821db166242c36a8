package dev.quarry.cli.commands;

import dev.quarry.cli.lang.Value;
import dev.quarry.virtual.cache.CachedFile;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/**
 * An open file of a process, and of those that it forks: its descriptor there.
 *
 * @param path where the host has it, or {@link #NOWHERE}
 */
record FileValue(int fd, CachedFile file, Path path) implements Value.Thing {
  /** The path of what is no file of the host. */
  static final Path NOWHERE = Path.of("");

  @Override
  public String show() {
    String pages = Counted.of(file.cache().filePages(), "page");
    return "descriptor " + fd + ", " + file.name() + ", " + pages;
  }

  @Override
  public String word() {
    return Integer.toString(fd);
  }

  @Override
  public List<String> fields() {
    return List.of("fd", "pages", "cached", "dirty", "writeback", "name");
  }

  @Override
  public Optional<Value> field(String name) {
    return switch (name) {
      case "fd" -> Optional.of(new Number(fd));
      case "pages" -> Optional.of(new Number(file.cache().filePages()));
      case "cached" -> Optional.of(new Number(file.cache().nrPages()));
      case "dirty" -> Optional.of(new Number(file.cache().nrDirty()));
      case "writeback" -> Optional.of(new Number(file.cache().nrWriteback()));
      case "name" -> Optional.of(new Text(file.name()));
      default -> Optional.empty();
    };
  }
}
