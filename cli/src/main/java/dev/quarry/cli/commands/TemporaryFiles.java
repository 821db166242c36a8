package dev.quarry.cli.commands;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;

/** Files that a session makes for its processes, and takes away when it ends. */
final class TemporaryFiles implements AutoCloseable {
  private static final int MOST = 1000;

  private final List<Path> made = new ArrayList<>();

  /**
   * A file that was made.
   *
   * @param name what processes call it, the same in each run
   */
  record Made(Path path, String name) {}

  /** Makes a file of so many bytes, of which the first are a text and the others 0. */
  Made make(long bytes, byte[] text) throws IOException {
    if (made.size() >= MOST) {
      throw new IOException("there are " + MOST + " already");
    }
    Path path = Files.createTempFile("quarry-", ".tmp");
    made.add(path);
    try (FileChannel channel = FileChannel.open(path, StandardOpenOption.WRITE)) {
      channel.write(ByteBuffer.wrap(text));
      if (bytes > text.length) {
        channel.write(ByteBuffer.allocate(1), bytes - 1);
      }
    }
    return new Made(path, "/tmp/file" + made.size());
  }

  @Override
  public void close() throws IOException {
    for (Path path : made) {
      Files.deleteIfExists(path);
    }
  }
}
