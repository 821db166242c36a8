package dev.quarry.observe;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.SeekableByteChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;

/**
 * A machine's files as a tree in a folder, for tools that read the kernel's. Such tools ({@code
 * free}, {@code vmstat}, {@code numastat}, {@code numactl --hardware}) open fixed paths and have no
 * option for another root. The script {@code enter} in the folder therefore gives a tool a mount
 * namespace of its own in which the folder's files lie over the host's:
 *
 * <pre>
 *   sh DIR/enter free -h
 *   sh DIR/enter vmstat -s
 *   sh DIR/enter numastat -m
 * </pre>
 *
 * <p>It needs no privileges where the host allows user namespaces ({@code unshare -r -m}, from
 * util-linux). Files that the host does not have cannot be covered and are left out. What this
 * machine does not have, the tool still reads from the host.
 */
final class ProcTree {
  private static final String NODE_FOLDER = "sys/devices/system/node";
  private static final int CHUNK_BYTES = 1 << 16;

  private ProcTree() {}

  static void write(ProcFs files, Path folder) throws IOException {
    List<String> covers = new ArrayList<>();
    for (String path : files.textPaths()) {
      Path file = below(folder, path);
      Files.writeString(file, files.read(path).orElseThrow());
      cover(covers, path);
    }
    for (String path : files.wordPaths()) {
      writeWords(files.words(path).orElseThrow(), below(folder, path));
      cover(covers, path);
    }
    Files.writeString(folder.resolve("enter"), script(covers));
  }

  private static Path below(Path folder, String path) throws IOException {
    Path file = folder.resolve(path.substring(1));
    Files.createDirectories(file.resolveSibling(""));
    return file;
  }

  /** Files cover files one by one; the nodes' folder is covered as a whole. */
  private static void cover(List<String> covers, String path) {
    String cover = path.startsWith("/" + NODE_FOLDER) ? NODE_FOLDER : path.substring(1);
    if (!covers.contains(cover)) {
      covers.add(cover);
    }
  }

  /** Stretches of zeros become holes in the host's file. */
  private static void writeWords(PageWords words, Path file) throws IOException {
    Files.deleteIfExists(file);
    try (SeekableByteChannel channel =
        Files.newByteChannel(
            file,
            StandardOpenOption.CREATE_NEW,
            StandardOpenOption.SPARSE,
            StandardOpenOption.WRITE)) {
      byte[] chunk = new byte[CHUNK_BYTES];
      byte[] zeros = new byte[CHUNK_BYTES];
      for (long offset = 0; offset < words.bytes(); ) {
        int got = words.read(offset, chunk);
        offset += got;
        boolean last = offset == words.bytes();
        if (last || java.util.Arrays.mismatch(chunk, zeros) >= 0) {
          channel.position(offset - got);
          writeFully(channel, ByteBuffer.wrap(chunk, 0, got));
        }
      }
    }
  }

  private static void writeFully(SeekableByteChannel channel, ByteBuffer bytes) throws IOException {
    while (bytes.hasRemaining()) {
      channel.write(bytes);
    }
  }

  private static String script(List<String> covers) {
    return """
    #!/bin/sh
    # Runs a tool that sees the files of this folder in place of the host's: sh enter free -h
    dir=$(cd "$(dirname "$0")" && pwd) || exit 1
    exec unshare --map-root-user --mount sh -c '
      dir=$1
      shift
      for file in COVERS; do
        [ ! -e "/$file" ] || mount --bind "$dir/$file" "/$file" || exit 1
      done
      exec "$@"
    ' enter "$dir" "$@"
    """
        .replace("COVERS", String.join(" ", covers));
  }
}
