package dev.quarry.replay.html;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import org.jspecify.annotations.Nullable;

/**
 * A file that appears whole or not at all: its text goes to a file beside it, which is then moved.
 * Opening it finds out, before the work begins, whether it can be written. What is no regular file,
 * such as a pipe, is written to as it stands.
 */
public final class ReportFile implements AutoCloseable {
  private final Path target;
  private final @Nullable Path beside;

  private ReportFile(Path target, @Nullable Path beside) {
    this.target = target;
    this.beside = beside;
  }

  /**
   * Makes the file beside the one that is wanted.
   *
   * @throws IOException naming the path and why it cannot be written
   */
  public static ReportFile open(Path wanted) throws IOException {
    try {
      if (Files.isDirectory(wanted)) {
        throw new FileSystemException(wanted.toString(), null, "is a folder");
      }
      if (Files.exists(wanted) && !Files.isRegularFile(wanted)) {
        return new ReportFile(wanted, null);
      }
      Path target = Files.exists(wanted) ? wanted.toRealPath() : wanted.toAbsolutePath();
      String name = target.getFileName() + "." + ProcessHandle.current().pid() + ".part";
      Path beside = target.resolveSibling(name);
      Files.newOutputStream(beside, StandardOpenOption.CREATE_NEW).close();
      return new ReportFile(target, beside);
    } catch (IOException e) {
      throw refused(wanted, e);
    }
  }

  /**
   * Writes the file.
   *
   * @throws IOException naming the path and why it cannot be written
   */
  public void write(String text) throws IOException {
    Path file = beside == null ? target : beside;
    try {
      try (OutputStream out = Files.newOutputStream(file, StandardOpenOption.WRITE)) {
        out.write(text.getBytes(StandardCharsets.UTF_8));
      }
      if (beside != null) {
        Files.move(beside, target, StandardCopyOption.REPLACE_EXISTING);
      }
    } catch (IOException e) {
      throw refused(target, e);
    }
  }

  private static IOException refused(Path path, IOException e) {
    String why =
        switch (e) {
          case NoSuchFileException _ -> missing(path.toAbsolutePath().getParent());
          case AccessDeniedException _ -> "permission denied";
          case FileSystemException f when f.getReason() != null -> f.getReason();
          default -> String.valueOf(e.getMessage());
        };
    return new IOException("cannot write " + path + ": " + why, e);
  }

  private static String missing(@Nullable Path folder) {
    return folder != null && Files.isDirectory(folder)
        ? folder + " takes no new files"
        : "there is no folder " + folder;
  }

  /** Leaves nothing behind where nothing was written. */
  @Override
  public void close() throws IOException {
    if (beside != null) {
      Files.deleteIfExists(beside);
    }
  }
}
