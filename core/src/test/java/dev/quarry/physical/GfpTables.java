package dev.quarry.physical;

import dev.quarry.machine.KernelRelease;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Objects;
import java.util.stream.Stream;

/** What was read in the headers of many kernels, for tests to compare with. */
final class GfpTables {
  /** A name's mask from one release to another. */
  record Known(String name, KernelRelease first, KernelRelease last, long mask) {
    boolean covers(KernelRelease release) {
      return release.isAtLeast(first) && last.isAtLeast(release);
    }
  }

  /** What a release prints for a mask. */
  record Printed(KernelRelease release, long mask, String names) {}

  private GfpTables() {}

  static List<Known> masks() {
    return lines("gfp-masks.txt")
        .map(words ->
            new Known(
                words[0],
                KernelRelease.parse(words[1]),
                KernelRelease.parse(words[2]),
                Long.decode(words[3])))
        .toList();
  }

  static List<Printed> printed() {
    return lines("gfp-printed.txt")
        .map(w -> new Printed(KernelRelease.parse(w[0]), Long.decode(w[1]), w[2]))
        .toList();
  }

  /** The releases at which some mask begins or ends, in order. */
  static List<KernelRelease> releases() {
    return masks().stream()
        .flatMap(known -> Stream.of(known.first(), known.last()))
        .distinct()
        .sorted()
        .toList();
  }

  private static Stream<String[]> lines(String file) {
    try (InputStream in = Objects.requireNonNull(GfpTables.class.getResourceAsStream(file))) {
      String text = new String(in.readAllBytes(), StandardCharsets.UTF_8);
      return text.lines().filter(line -> !line.startsWith("#")).map(line -> line.split(" "));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
