package dev.quarry.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Every script of {@code examples/} does what it says, and prints what it printed before. */
class ExamplesTest {
  private static final String OUTPUTS = "cli/src/test/resources/examples";

  static List<String> names() {
    return Repository.files("examples", ".quarry").stream()
        .map(file -> file.getFileName().toString().replace(".quarry", ""))
        .toList();
  }

  @ParameterizedTest
  @MethodSource("names")
  void printsWhatIsExpected(String name) throws IOException {
    Path script = Repository.root().resolve("examples").resolve(name + ".quarry");
    Cli.Result result = Cli.run("run", script.toString());
    assertThat(result.err()).isEmpty();
    assertThat(result.code()).isZero();
    Path file = Repository.root().resolve(OUTPUTS).resolve(name + ".txt");
    Expected.same(file, result.out(), getClass());
  }

  @ParameterizedTest
  @MethodSource("names")
  void expectsSomething(String name) throws IOException {
    String script = Files.readString(Repository.root().resolve("examples/" + name + ".quarry"));
    assertThat(script.lines().filter(line -> line.startsWith("expect "))).isNotEmpty();
  }

  @Test
  void everyOutputHasItsScript() {
    assertThat(Repository.files(OUTPUTS, ".txt").stream().map(f -> f.getFileName().toString()))
        .containsExactlyElementsOf(names().stream().map(name -> name + ".txt").toList());
  }
}
