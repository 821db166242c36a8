package dev.quarry.cli.tidy;

import static org.assertj.core.api.Assertions.assertThat;

import dev.quarry.cli.Repository;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * The main sources keep to the {@link Habit}s; what offends today is listed and may only shrink.
 */
class TidyTest {
  private static final String LIST = "cli/src/test/resources/tidy/offenders.txt";

  @TempDir Path folder;

  @Test
  void theSourcesKeepToTheHabits() throws IOException {
    Path root = Repository.root();
    Sources sources = Sources.in(root);
    assertThat(sources.files()).hasSizeGreaterThan(150);
    List<Offence> offences = sources.offences();
    Ratchet ratchet = new Ratchet(root.resolve(LIST));
    if (Boolean.getBoolean("quarry.update")) {
      ratchet.lower(offences);
      ratchet = new Ratchet(root.resolve(LIST));
    }
    List<String> complaints = ratchet.complaints(offences);
    if (!complaints.isEmpty()) {
      throw new AssertionError(
          String.join("\n", complaints)
              + "\n\nThe list is "
              + LIST
              + ". Its numbers are lowered by: mvn -pl cli -am test -Dtest=TidyTest"
              + " -Dsurefire.failIfNoSpecifiedTests=false -Dquarry.update=true");
    }
  }

  @Test
  void offencesAreFound() throws IOException {
    write(
        "a/src/main/java/a/Bad.java",
        """
        package a;
        import java.util.Random;
        class Bad {
          java.util.List<java.lang.String> names = new java.util.ArrayList<>();
          void bad() throws Exception {
            System.out.println(String.format("%d", 1) + "%d".formatted(2));
            System.out.printf("%d", 3);
            new Random();
            Math.random();
            Thread.sleep(System.currentTimeMillis());
            new Exception().printStackTrace();
          }
          void longOne() {
        """
            + "    ;\n".repeat(40)
            + "  }\n"
            + "}\n".concat("\n".repeat(400)));
    assertThat(Sources.in(folder).offences())
        .extracting(offence -> offence.habit() + ":" + offence.line())
        .containsExactlyInAnyOrder(
            "PACKAGE_INFO:1",
            "QUALIFIED_NAME:4",
            "QUALIFIED_NAME:4",
            "QUALIFIED_NAME:4",
            "PRINT:6",
            "FORMAT:6",
            "FORMAT:6",
            "PRINT:7",
            "FORMAT:7",
            "RANDOM:8",
            "RANDOM:9",
            "SLEEP:10",
            "CLOCK:10",
            "PRINT:11",
            "METHOD_LENGTH:13",
            "FILE_LENGTH:455");
  }

  @Test
  void goodHabitsAreNotOffences() throws IOException {
    write("a/src/main/java/a/package-info.java", "/** A. */\npackage a;\n");
    write(
        "a/src/main/java/a/Good.java",
        """
        package a;
        import java.util.Locale;
        import java.util.Random;
        /** Not {@link java.util.List}, and not "java.util.List" in a text. */
        class Good {
          String good(Good other) {
            return String.format(Locale.ROOT, "%d java.util.List", new Random(1).nextInt())
                + other.field.field.Constant;
          }
        }
        """);
    assertThat(Sources.in(folder).offences()).isEmpty();
  }

  @Test
  void theListMayOnlyShrink() throws IOException {
    Path list = folder.resolve("list.txt");
    Files.writeString(list, "# why\nPRINT a.java 2\nSLEEP b.java 1\n");
    List<Offence> offences =
        List.of(
            new Offence(Habit.PRINT, "a.java", 1, "x"), new Offence(Habit.CLOCK, "a.java", 2, "y"));
    assertThat(new Ratchet(list).complaints(offences))
        .satisfiesExactlyInAnyOrder(
            c -> assertThat(c).startsWith("PRINT a.java 2: only 1 left"),
            c -> assertThat(c).startsWith("SLEEP b.java 1: only 0 left"),
            c -> assertThat(c).contains("a.java:2: y").endsWith("list: CLOCK a.java 1"));
    new Ratchet(list).lower(offences);
    assertThat(list).hasContent("# why\nPRINT a.java 1\n");
    assertThat(new Ratchet(list).complaints(offences)).hasSize(1);
  }

  private void write(String name, String text) throws IOException {
    Path file = folder.resolve(name);
    Files.createDirectories(file.getParent());
    Files.writeString(file, text);
  }
}
