package dev.quarry.explain.show;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** Output that is kept in {@code src/test/resources}; {@code -Dquarry.update=true} accepts it. */
final class Golden {
  private static final Path RESOURCES = Path.of("src/test/resources");

  private Golden() {}

  static void same(String name, String actual) throws IOException {
    Path file = RESOURCES.resolve(name);
    if (Boolean.getBoolean("quarry.update")) {
      Files.createDirectories(file.getParent());
      Files.writeString(file, actual);
    }
    assertThat(actual).as("%s", file).isEqualTo(Files.readString(file));
  }
}
