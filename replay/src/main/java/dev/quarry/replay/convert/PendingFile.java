package dev.quarry.replay.convert;

import dev.quarry.replay.read.RecordingException;
import java.io.IOException;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.BasicFileAttributes;
import org.jspecify.annotations.Nullable;

/**
 * A file or folder that is written beside its final name and gets that name when it is whole. What
 * was not given its name is removed on {@link #close}.
 */
final class PendingFile implements AutoCloseable {
  private final Path target;
  private final Path pending;
  private boolean done;

  private PendingFile(Path target, String mark) {
    this.target = target;
    this.pending = beside(target, mark);
  }

  /**
   * Begins one.
   *
   * @param replace whether something that has the name may be replaced
   * @throws RecordingException if something has the name and may not be replaced
   */
  static PendingFile of(Path target, boolean replace) {
    if (Files.exists(target) && !replace) {
      throw new RecordingException(target.toString(), "is there already; --force replaces it");
    }
    Path folder = target.toAbsolutePath().normalize().getParent();
    if (folder == null || !Files.isDirectory(folder)) {
      throw new RecordingException(target.toString(), "cannot be written: there is no " + folder);
    }
    return new PendingFile(target, "part");
  }

  private static Path beside(Path target, String mark) {
    Path whole = target.toAbsolutePath().normalize();
    String name = "." + whole.getFileName() + "." + ProcessHandle.current().pid() + "." + mark;
    return whole.resolveSibling(name);
  }

  /** Where to write. */
  Path path() {
    return pending;
  }

  /** Gives it its name; what had it before is removed. */
  void finish() throws IOException {
    if (Files.isDirectory(target)) {
      Path old = beside(target, "old");
      Files.move(target, old, StandardCopyOption.ATOMIC_MOVE);
      Files.move(pending, target, StandardCopyOption.ATOMIC_MOVE);
      remove(old);
    } else {
      Files.move(pending, target, StandardCopyOption.ATOMIC_MOVE);
    }
    done = true;
  }

  @Override
  public void close() throws IOException {
    if (!done && Files.exists(pending)) {
      remove(pending);
    }
  }

  private static void remove(Path tree) throws IOException {
    Files.walkFileTree(
        tree,
        new SimpleFileVisitor<>() {
          @Override
          public FileVisitResult visitFile(Path file, BasicFileAttributes attributes)
              throws IOException {
            Files.delete(file);
            return FileVisitResult.CONTINUE;
          }

          @Override
          public FileVisitResult postVisitDirectory(Path folder, @Nullable IOException failure)
              throws IOException {
            Files.delete(folder);
            return FileVisitResult.CONTINUE;
          }
        });
  }
}
