package dev.quarry.replay.refs;

import dev.quarry.machine.Presets;
import dev.quarry.replay.read.ByteSource;
import dev.quarry.replay.trace.EventFile;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.Random;

/** References for the tests of this package. */
final class RefFiles {
  private RefFiles() {}

  /** The example of the repository. */
  static Path example() {
    for (String above : List.of(".", "..")) {
      Path path = Path.of(above, "examples/references/sieve.txt.xz");
      if (path.toFile().exists()) {
        return path;
      }
    }
    throw new IllegalStateException("examples/references is not here");
  }

  static RefReader open(Path file, boolean strict) {
    return EventFile.open(file, file.getFileName().toString()).references(strict);
  }

  static RefReader read(String text) {
    return read(text.getBytes(StandardCharsets.ISO_8859_1), false);
  }

  static RefReader read(byte[] bytes, boolean strict) {
    try {
      ByteSource source = ByteSource.ofByContent(new ByteArrayInputStream(bytes), "refs.txt");
      return new RefTextReader(source, strict);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  static RefResult play(RefReader reader, String... settings) {
    RefOptions options =
        new RefOptions(Presets.get("laptop"), RefSettings.of(List.of(settings)), 10_000, false);
    return RefReplay.play(reader, "refs", options, read -> {});
  }

  /** Runs, loads and stores over some pages, in canonical text. */
  static String random(Random random, int lines) {
    StringBuilder text = new StringBuilder("#cmd random\n");
    for (int i = 0; i < lines; i++) {
      long page = (long) (random.nextGaussian() * 12 + 40) & 127;
      long address = (page << 12) + random.nextInt(4096);
      if (random.nextInt(3) == 0) {
        int count = 1 + random.nextInt(40);
        text.append(String.format("I %x %d %d\n", address, count * 3, count));
      } else {
        char kind = "LSM".charAt(random.nextInt(3));
        text.append(String.format("%c %x %d\n", kind, (1 << 20) + address, 1 << random.nextInt(5)));
      }
    }
    return text.toString();
  }
}
