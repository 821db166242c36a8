package dev.quarry.observe;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.SeekableByteChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;

/**
 * A machine's files as a tree in a folder, for tools that read the kernel's. Such tools ({@code
 * free}, {@code vmstat}, {@code numastat}, {@code pmap}) open fixed paths and have no option for
 * another root. The script {@code enter} in the folder therefore gives a tool a mount namespace of
 * its own in which the folder's {@code proc} and {@code sys} lie over the host's:
 *
 * <pre>
 *   sh DIR/enter free -h               /proc/meminfo  of the machine
 *   sh DIR/enter pmap 1                /proc/1        a process of the machine
 *   sh DIR/enter numastat -m           /proc/self ──► /proc/.host/self, and so all
 *                                                     that the machine does not have
 * </pre>
 *
 * <p>It needs root, or a host that allows user namespaces ({@code unshare -r -m}, from util-linux).
 * What this machine does not have, the tool still reads from the host, through links; but it sees
 * no processes of the host other than itself.
 */
final class ProcTree {
  private static final int CHUNK_BYTES = 1 << 16;

  private ProcTree() {}

  static void write(ProcFs files, Path folder, List<Integer> pids) throws IOException {
    for (String path : files.textPaths()) {
      Files.writeString(below(folder, path), files.read(path).orElseThrow());
    }
    for (String path : files.wordPaths()) {
      writeWords(files.words(path).orElseThrow(), below(folder, path));
    }
    for (int pid : pids) {
      for (String name : ProcessFiles.names()) {
        String path = "/proc/" + pid + "/" + name;
        Optional<String> text = files.read(path);
        if (text.isPresent()) {
          Files.writeString(below(folder, path), text.get());
        }
      }
    }
    Files.createDirectories(folder.resolve("sys"));
    Files.writeString(folder.resolve("enter"), SCRIPT);
  }

  private static Path below(Path folder, String path) throws IOException {
    Path file = folder.resolve(path.substring(1));
    Files.createDirectories(file.resolveSibling(""));
    return file;
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
        if (last || Arrays.mismatch(chunk, zeros) >= 0) {
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

  /**
   * {@code farm FOLDER UP}: links to the host for all that the machine lacks in a folder, and so in
   * the folders of it that both have. UP leads back to where the host's files are.
   */
  private static final String SCRIPT =
      """
      #!/bin/sh
      # Runs a tool that sees the files of this folder in place of the host's: sh enter free -h
      dir=$(cd "$(dirname "$0")" && pwd) || exit 1
      how="--map-root-user --mount"
      [ "$(id -u)" != 0 ] || ! unshare --mount true 2>/dev/null || how=--mount
      exec unshare $how sh -c '
        farm() {
          for there in "/$1"/*; do
            name=${there##*/}
            case $1/$name in proc/[0-9]*) continue ;; esac
            if [ -d "$1/$name" ] && [ ! -L "$1/$name" ]; then
              farm "$1/$name" "../$2"
            elif [ ! -e "$1/$name" ]; then
              ln -sfn "$2.host${there#/$root}" "$1/$name"
            fi
          done
        }
        here=$PWD
        cd "$1" || exit 1
        shift
        for root in proc sys; do
          mkdir -p "$root/.host" || exit 1
          farm "$root" ""
        done
        for root in proc sys; do
          mount --rbind "/$root" "$root/.host" && mount --rbind "$root" "/$root" || exit 1
        done
        cd "$here" && exec "$@"
      ' enter "$dir" "$@"
      """;
}
