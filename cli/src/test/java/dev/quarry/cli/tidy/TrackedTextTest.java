package dev.quarry.cli.tidy;

import static org.assertj.core.api.Assertions.assertThat;

import dev.quarry.cli.Repository;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** No file that is tracked names one machine's paths, a package registry or a secret. */
class TrackedTextTest {
  private static final int MOST_BYTES = 4 << 20;
  private static final int LOOKS_BINARY_WITHIN = 8_192;

  /** What is looked for, and what to do. The patterns do not match themselves. */
  private static final Map<Pattern, String> BANNED = new LinkedHashMap<>();

  static {
    ban("/(work|root|Users)/[\\w.]", "a path of one machine: write it from the repository's root");
    ban("/home/[a-z][\\w.-]*/", "a path of one machine: write it from the repository's root");
    ban(
        "(repo1?\\.maven|repo\\.maven\\.apache|registry\\.npmjs|registry\\.yarnpkg|pypi|files\\.pythonhosted"
            + "|plugins\\.gradle|proxy\\.golang|index\\.crates|static\\.crates)\\.(org|com|io)",
        "a package registry's host: the build tool knows where to look");
    ban(
        "-----BEGIN [A-Z ]*PRIVATE [K]EY",
        "a secret: take it out, and replace it where it is used");
    ban("\\b(gh[pousr]_\\w{30,}|AKIA[0-9A-Z]{16})\\b", "a secret: take it out, and replace it");
    ban("(?i)\\b(password|api_?key|secret)\\s*[:=]\\s*[\"']\\w{8,}", "a secret: take it out");
  }

  private static void ban(String regex, String advice) {
    BANNED.put(Pattern.compile(regex), advice);
  }

  @Test
  void noTrackedFileSaysWhatItShouldNot() throws IOException, InterruptedException {
    Path root = Repository.root();
    List<String> files = tracked(root);
    assertThat(files).hasSizeGreaterThan(200).contains("pom.xml", "quarry");
    List<String> found = new ArrayList<>();
    for (String name : files) {
      Path file = root.resolve(name);
      if (Files.isRegularFile(file) && Files.size(file) <= MOST_BYTES) {
        look(name, Files.readAllBytes(file), found);
      }
    }
    assertThat(String.join("\n", found)).isEmpty();
  }

  @Test
  void whatIsBannedIsFound() {
    List<String> found = new ArrayList<>();
    String slash = "/";
    String text =
        String.join(
            "\n",
            "fine: a/work/b.txt is a folder, so is docs/root/x",
            "see " + slash + "work/main",
            "see " + slash + "home/somebody/x",
            "from https:" + slash + slash + "repo.maven.apache." + "org/maven2",
            "password" + " = \"hunter22222\"");
    look("x", text.getBytes(StandardCharsets.UTF_8), found);
    assertThat(found).hasSize(4).allMatch(line -> line.matches("x:[2-5]: .*"));
    found.clear();
    look("x", "\0/work/main".getBytes(StandardCharsets.UTF_8), found);
    assertThat(found).isEmpty();
  }

  private static void look(String name, byte[] bytes, List<String> found) {
    for (int i = 0; i < Math.min(bytes.length, LOOKS_BINARY_WITHIN); i++) {
      if (bytes[i] == 0) {
        return;
      }
    }
    int number = 0;
    for (String line : new String(bytes, StandardCharsets.UTF_8).split("\n", -1)) {
      number++;
      for (Map.Entry<Pattern, String> banned : BANNED.entrySet()) {
        Matcher match = banned.getKey().matcher(line);
        while (match.find()) {
          if (!isInsidePath(line, match.start())) {
            found.add(name + ":" + number + ": " + match.group() + ": " + banned.getValue());
          }
        }
      }
    }
  }

  /** Whether a slash continues a relative path, as in {@code docs/root/x}. */
  private static boolean isInsidePath(String line, int at) {
    return at > 0
        && line.charAt(at) == '/'
        && (Character.isLetterOrDigit(line.charAt(at - 1))
            || "._-".indexOf(line.charAt(at - 1)) >= 0);
  }

  /** What git tracks; without git, all files outside build folders. */
  private static List<String> tracked(Path root) throws IOException, InterruptedException {
    if (Files.exists(root.resolve(".git"))) {
      Process git = new ProcessBuilder("git", "ls-files").directory(root.toFile()).start();
      List<String> files = git.inputReader(StandardCharsets.UTF_8).lines().toList();
      if (git.waitFor() == 0 && !files.isEmpty()) {
        return files;
      }
    }
    try (Stream<Path> all = Files.walk(root)) {
      return all.filter(Files::isRegularFile)
          .map(file -> root.relativize(file).toString())
          .filter(name -> !name.matches("(.*/)?(target|\\.git|\\.idea)/.*"))
          .toList();
    }
  }
}
