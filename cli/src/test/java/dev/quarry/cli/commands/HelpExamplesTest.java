package dev.quarry.cli.commands;

import static org.assertj.core.api.Assertions.assertThat;

import dev.quarry.cli.lang.Interpreter;
import dev.quarry.cli.lang.Registry;
import dev.quarry.cli.lang.Session;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** What {@code help NAME} shows as an example can be typed as it stands. */
class HelpExamplesTest {
  private static final String BEFORE =
      """
      boot course cpus=2
      p = alloc_pages GFP_KERNEL order=3
      """;

  static Stream<String> names() {
    return AllCommands.registry().names().stream();
  }

  @ParameterizedTest
  @MethodSource("names")
  void theExampleRuns(String name) {
    Registry registry = AllCommands.registry();
    String help = registry.help(name);
    assertThat(help.lines())
        .as("fits a terminal of 100 columns")
        .allSatisfy(line -> assertThat(line).hasSizeLessThan(101));
    String heading = "\n  example:";
    String example = help.substring(help.lastIndexOf(heading) + heading.length());
    StringWriter out = new StringWriter();
    try (Session session = AllCommands.session(new PrintWriter(out))) {
      new Interpreter(registry, session).run(BEFORE + example, 1);
    }
    assertThat(out.toString()).startsWith("course: ");
  }
}
