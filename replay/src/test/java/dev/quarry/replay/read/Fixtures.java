package dev.quarry.replay.read;

import com.github.luben.zstd.Zstd;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import java.util.stream.Stream;
import org.tukaani.xz.LZMA2Options;
import org.tukaani.xz.XZOutputStream;

/** The recordings that tests read, and ways to change a copy of them. */
public final class Fixtures {
  private Fixtures() {}

  /** A recording of a few events on a machine of 32 MiB, made by hand. */
  public static Path tiny() {
    return Path.of("src/test/resources/recordings/tiny");
  }

  /** The recording that the README uses. */
  public static Path example() {
    return Path.of("../examples/compile");
  }

  /** A recording that is not part of the project; empty if it is not there. */
  public static Optional<Path> shared(String name) {
    return Stream.of("../..", "../../..")
        .map(above -> Path.of(above, "shared/traces", name))
        .filter(Files::isDirectory)
        .findFirst();
  }

  /** Copies the tiny recording into a folder and gives the copy. */
  public static Path copyTiny(Path target) throws IOException {
    return copy(tiny(), target.resolve("tiny"));
  }

  /** Copies a folder. */
  public static Path copy(Path source, Path target) throws IOException {
    try (Stream<Path> files = Files.walk(source)) {
      for (Path file : files.toList()) {
        Path copy = target.resolve(source.relativize(file).toString());
        if (Files.isDirectory(file)) {
          Files.createDirectories(copy);
        } else {
          Files.write(copy, Files.readAllBytes(file));
        }
      }
    }
    return target;
  }

  /** Replaces a text in a file; it must be there. */
  public static void replace(Path file, String old, String replacement) throws IOException {
    String text = Files.readString(file);
    if (!text.contains(old)) {
      throw new IllegalArgumentException(file + " does not contain " + old);
    }
    Files.writeString(file, text.replaceFirst(java.util.regex.Pattern.quote(old), replacement));
  }

  /** Packs bytes as xz does. */
  public static byte[] xz(byte[] bytes) throws IOException {
    ByteArrayOutputStream packed = new ByteArrayOutputStream();
    try (OutputStream out = new XZOutputStream(packed, new LZMA2Options(6))) {
      out.write(bytes);
    }
    return packed.toByteArray();
  }

  /** Packs bytes as zstd does. */
  public static byte[] zst(byte[] bytes) {
    return Zstd.compress(bytes);
  }
}
