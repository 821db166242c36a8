package dev.quarry.replay.twin;

import static org.assertj.core.api.Assertions.assertThat;

import dev.quarry.machine.UserError;
import dev.quarry.physical.Gfp;
import dev.quarry.replay.read.Fixtures;
import dev.quarry.replay.read.Mutations;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Damaged files: a twin is booted and answers, or the files are refused in words. */
class TwinMutationTest {
  private static final long SEED = Long.getLong("quarry.seed", 20_260_101);
  private static final int MUTANTS = Integer.getInteger("quarry.mutants", 60);
  private static final String PLACE = "(?s)[\\w./]+(:\\d+)?: .+";

  @TempDir Path folder;

  @Test
  @Timeout(value = 5, unit = TimeUnit.MINUTES)
  void damagedFiles() throws IOException {
    Path before = Fixtures.tiny().resolve("before");
    Path files = Hosts.copy(before, folder.resolve("f"), "zone", "buddy", "page", "meminfo");
    Files.createDirectories(files.resolve("sys/vm"));
    Files.writeString(files.resolve("sys/vm/watermark_boost_factor"), "15000\n");
    Files.writeString(files.resolve("version"), "Linux version 6.1.0-18 (a@b)\n");
    Mutations mutations = new Mutations(SEED);
    int answered = 0;
    int refused = 0;
    for (String name :
        List.of(
            "zoneinfo",
            "buddyinfo",
            "pagetypeinfo",
            "meminfo",
            "version",
            "sys/vm/watermark_boost_factor")) {
      byte[] original = Files.readAllBytes(files.resolve(name));
      for (int i = 0; i < MUTANTS; i++) {
        Files.write(files.resolve(name), mutations.mutate(original));
        if (answers(files, "mutant " + i + " of " + name + ", seed " + SEED)) {
          answered++;
        } else {
          refused++;
        }
      }
      Files.write(files.resolve(name), original);
    }
    assertThat(answered).isGreaterThan(MUTANTS);
    assertThat(refused).isGreaterThan(MUTANTS / 2);
  }

  private static boolean answers(Path files, String name) {
    try {
      Twin twin = Twin.of(files);
      Question question = new Question(2, Gfp.GFP_KERNEL, 0, 0, 1 << 12);
      String text = TwinText.answer(TwinReport.of(twin, question), false);
      assertThat(text).as(name).startsWith("twin of f: Linux ");
      return true;
    } catch (RuntimeException e) {
      if (!(e instanceof UserError)) {
        throw new AssertionError(name, e);
      }
      assertThat(e.getMessage()).as(name).matches(PLACE).doesNotContain("\n");
      return false;
    }
  }
}
