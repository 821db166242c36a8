package dev.quarry.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/**
 * Damaged logs, from the bytes to the page: each is explained or has no report, in JSON that can be
 * read, in lines that fit, with all remedies tried; none breaks Quarry. {@code -Dquarry.mutants=N}
 * and {@code -Dquarry.seed=N} try more and others.
 */
class ExplainMutationTest {
  private static final long SEED = Long.getLong("quarry.seed", 20_260_404);
  private static final int MUTANTS = Integer.getInteger("quarry.mutants", 30);
  private static final List<String> WORDS =
      List.of(
          "DMA",
          "DMA32",
          "Normal",
          "HighMem",
          "Movable",
          "free",
          "min",
          "boost",
          "managed",
          "Node",
          "order",
          "mode",
          "GFP_ATOMIC",
          "__GFP_HIGHMEM",
          "kB",
          "lowmem_reserve",
          "Killed");

  @TempDir Path folder;

  @Test
  @Timeout(value = 20, unit = TimeUnit.MINUTES)
  void damagedLogs() throws IOException {
    Mutator mutator = new Mutator(SEED, WORDS);
    List<String> logs = new ArrayList<>();
    for (Path log : Repository.files("examples/logs", ".log")) {
      logs.add(Files.readString(log));
    }
    Path file = folder.resolve("mutant.log");
    int[] codes = new int[2];
    for (int i = 0; i < MUTANTS; i++) {
      String mutant = mutator.mutate(mutator.oneOf(logs));
      Files.write(file, mutant.getBytes(StandardCharsets.UTF_8));
      String name = "log " + i + " of seed " + SEED + ":\n" + mutant;
      Cli.Result json = Cli.run("explain", "--json", "--trail", file.toString());
      assertThat(json.code()).as("%s\n%s", name, json.err()).isIn(0, 1);
      codes[json.code()]++;
      JsonNode root = JsonMapper.shared().readTree(json.out());
      assertThat(root.path("explained").isBoolean()).as(name).isTrue();
      Path page = folder.resolve("page.html");
      Cli.Result text = Cli.run("explain", "--html", page.toString(), file.toString());
      assertThat(text.code()).as(name).isEqualTo(json.code());
      assertThat(text.out().lines())
          .as(name)
          .allSatisfy(line -> assertThat(line).hasSizeLessThan(101));
    }
    assertThat(codes[0]).as("that were explained").isGreaterThan(MUTANTS / 2);
  }
}
