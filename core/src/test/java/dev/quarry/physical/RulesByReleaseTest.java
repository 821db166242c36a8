package dev.quarry.physical;

import static org.assertj.core.api.Assertions.assertThat;

import dev.quarry.machine.KernelRelease;
import java.io.IOException;
import java.lang.reflect.Method;
import java.lang.reflect.Modifier;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** The table in decisions/rules-by-release.md says of each rule what the code says. */
class RulesByReleaseTest {
  private static final String ALWAYS = "-";

  /** Each release from 2.6.18 to 6.19. */
  private static List<KernelRelease> releases() {
    List<KernelRelease> all = new ArrayList<>();
    IntStream.rangeClosed(18, 39).forEach(n -> all.add(new KernelRelease(2, 6, n)));
    int[] last = {0, 0, 0, 19, 20, 19, 19};
    for (int major = 3; major <= 6; major++) {
      int m = major;
      IntStream.rangeClosed(0, last[major]).forEach(n -> all.add(new KernelRelease(m, n)));
    }
    return all;
  }

  private static Map<String, String> rulesOfTheCode() throws ReflectiveOperationException {
    Map<String, String> rules = new TreeMap<>();
    for (Method method : AllocRules.class.getDeclaredMethods()) {
      if (Modifier.isPublic(method.getModifiers()) && method.getReturnType() == boolean.class) {
        rules.put(method.getName(), sinceAndUntil(method));
      }
    }
    return rules;
  }

  private static String sinceAndUntil(Method rule) throws ReflectiveOperationException {
    List<KernelRelease> releases = releases();
    List<KernelRelease> changes = new ArrayList<>();
    boolean held = false;
    for (KernelRelease release : releases) {
      boolean holds = (boolean) rule.invoke(AllocRules.of(release));
      if (holds != held) {
        changes.add(release);
      }
      held = holds;
    }
    assertThat(changes).as("%s holds in one run of releases", rule.getName()).hasSizeBetween(1, 2);
    KernelRelease since = changes.getFirst();
    String from = since.equals(releases.getFirst()) ? ALWAYS : since.toString();
    return from + " | " + (held ? ALWAYS : changes.getLast().toString());
  }

  private static Map<String, String> rulesOfTheTable() throws IOException {
    Map<String, String> rules = new TreeMap<>();
    try (Stream<String> lines = Files.lines(Path.of("../decisions/rules-by-release.md"))) {
      lines
          .filter(line -> line.startsWith("| `"))
          .map(line -> Arrays.stream(line.split("\\|")).map(String::strip).toList())
          .forEach(c -> rules.put(c.get(1).replace("`", ""), c.get(2) + " | " + c.get(3)));
    }
    return rules;
  }

  @Test
  void theTableSaysWhatTheCodeDoes() throws IOException, ReflectiveOperationException {
    assertThat(rulesOfTheTable()).containsExactlyEntriesOf(rulesOfTheCode());
  }

  @Test
  void theBoundOfMinFreeKbytes() {
    for (KernelRelease release : releases()) {
      assertThat(AllocRules.of(release).maxMinFreeKbytes())
          .as("%s", release)
          .isEqualTo(release.isAtLeast(5, 7) ? 262_144 : 65_536);
    }
  }
}
