package dev.quarry.conform;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.Deque;

/** The two files that sequences map. They go with this, or with the JVM, however it ends. */
final class ScratchFiles implements AutoCloseable {
  private static final Path SHARED_MEMORY = Path.of("/dev/shm");

  private final Deque<Path> made = new ArrayDeque<>();

  /** An empty file that the kernel keeps on a disk, if the folder for temporary files is on one. */
  Path onDisk() {
    try {
      return made(Files.createTempFile("quarry-conform", ""));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** One that this process alone reads and writes: memory will do. */
  Path inMemory() {
    if (!Files.isWritable(SHARED_MEMORY)) {
      return onDisk();
    }
    try {
      return made(Files.createTempFile(SHARED_MEMORY, "quarry-conform", ""));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private Path made(Path file) {
    file.toFile().deleteOnExit(); // SIGINT and SIGTERM too
    made.push(file);
    return file;
  }

  @Override
  public void close() {
    try {
      while (!made.isEmpty()) {
        Files.deleteIfExists(made.pop());
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
