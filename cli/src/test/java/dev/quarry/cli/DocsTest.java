package dev.quarry.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What the pages of {@code docs/} show as a command's output is its output. */
class DocsTest {
  private static final Pattern BLOCK = Pattern.compile("(?ms)^```console\n(.*?)^```$");

  private static final Pattern PLAIN_BLOCK = Pattern.compile("(?ms)^```\n(.*?)^```$");

  @TempDir Path scratch;

  static List<String> pages() {
    return Repository.files("docs", ".md").stream().map(f -> f.getFileName().toString()).toList();
  }

  @ParameterizedTest
  @MethodSource("pages")
  void showsWhatTheCommandsPrint(String page) throws IOException {
    Set<Path> before = whereCommandsRun();
    Path file = Repository.root().resolve("docs").resolve(page);
    String text = Files.readString(file);
    StringBuilder actual = new StringBuilder();
    Matcher block = BLOCK.matcher(text);
    int end = 0;
    while (block.find()) {
      actual
          .append(text, end, block.start(1))
          .append(new Transcript(block.group(1), scratch).again());
      end = block.end(1);
    }
    actual.append(text.substring(end));
    Expected.same(file, actual.toString(), getClass());
    assertThat(whereCommandsRun())
        .as("files go to /tmp, which is a folder of its own")
        .isEqualTo(before);
  }

  /** What is in the folder where commands run. */
  private static Set<Path> whereCommandsRun() throws IOException {
    try (Stream<Path> all = Files.list(Path.of(""))) {
      return all.collect(Collectors.toSet());
    }
  }

  /** The README shows parts of what pages show, of which the test above knows that it is true. */
  @Test
  void theReadmeShowsWhatThePagesShow() throws IOException {
    List<String> shown = new ArrayList<>();
    for (Path page : Repository.files("docs", ".md")) {
      Matcher block = BLOCK.matcher(Files.readString(page));
      while (block.find()) {
        block.group(1).lines().forEach(shown::add);
      }
    }
    Matcher block = PLAIN_BLOCK.matcher(Files.readString(Repository.root().resolve("README.md")));
    while (block.find()) {
      assertThat(shown).containsAll(block.group(1).lines().filter(DocsTest::isOutput).toList());
    }
  }

  private static boolean isOutput(String line) {
    return !line.equals("...") && !line.matches("(\\./quarry|mvn|\\$|quarry>) .*");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "explain", "replay", "twin", "record", "convert", "shell", "run", "machine", "proc",
        "check", "conform"
      })
  void namesEveryOption(String command) throws IOException {
    String page = Files.readString(Repository.root().resolve("docs/" + command + ".md"));
    Matcher option = Pattern.compile("(?m)^ +(?:-\\w, )?(--\\w+)").matcher(help(command));
    while (option.find()) {
      assertThat(page).contains(option.group(1));
    }
  }

  /** The help of a command without the options that all have. */
  private static String help(String command) {
    return Cli.run("help", command).out().replaceAll("--(help|version|stacktrace)", "");
  }

  @ParameterizedTest
  @MethodSource("pages")
  void pointsToWhatIsThere(String page) throws IOException {
    Path docs = Repository.root().resolve("docs");
    Matcher link =
        Pattern.compile("\\]\\(([^)]+)\\)").matcher(Files.readString(docs.resolve(page)));
    while (link.find()) {
      assertThat(docs.resolve(link.group(1))).exists();
    }
  }
}
