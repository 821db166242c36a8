package dev.quarry.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Memory policies as a user of scripts and of replay meets them. */
class NumaPoliciesTest {
  private static final String BOOT = "boot server ram=8G contents=none\n";

  @TempDir private Path folder;

  private Cli.Result script(String text) throws IOException {
    Path file = folder.resolve("s.quarry");
    Files.writeString(file, BOOT + text);
    return Cli.run("run", file.toString());
  }

  /** Requests that name the same policy are of one task; another machine begins anew. */
  @Test
  void aPolicyGoesOnWhereItWasUntilTheNextBoot() throws IOException {
    String three =
        "for i in 0..2 { p[$i] = alloc_page GFP_HIGHUSER policy=weighted:0=2,1=1 }\n"
            + "expect p[1].node == 0\nexpect p[2].node == 1\n"
            + "q = alloc_page GFP_HIGHUSER policy=weighted:0=2,1=1\nexpect q.node == 0\n";
    Cli.Result result = script("set_mempolicy bind:1\n" + three + BOOT + three + "set_mempolicy\n");
    assertThat(result.err()).isEmpty();
    assertThat(result.code()).isZero();
    assertThat(result.out()).contains("\nbind:1\n").endsWith("\ndefault\n");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "set_mempolicy bind:2 | policy bind:2: node 2 is not one of the machine's 2 nodes, 0 to 1",
        "set_mempolicy weighted:0=300 | weight 300 of node 0 is not 1 to 255",
        "alloc_page GFP_KERNEL policy=weighted:0=3,7=1 | node 7 is not one of the machine's 2 nodes",
        "alloc_page GFP_KERNEL node=1 policy=local | node=1 and policy=local both say where",
        "alloc_page GFP_KERNEL policy=interlave:0 | \"interlave\" is not a policy; did you mean interleave?",
        "weighted_interleave 0 0 | weight 0 is not 1 to 255",
        "weighted_interleave 0 many | weight is a whole number, not \"many\"",
        "weighted_interleave 5 1 | node 5 is not 0 to 1",
        "numastat node=2 | node 2 is not 0 to 1",
      })
  void mistakesNameTheirPlaceAndBothNumbers(String line, String message) throws IOException {
    Cli.Result result = script(line + "\n");
    assertThat(result.code()).isEqualTo(2);
    assertThat(result.err()).startsWith("s.quarry:2").contains(message).doesNotContain("\tat ");
  }

  @Test
  void replayRefusesAPolicyForAnotherMachine() {
    String tiny = "replay/src/test/resources/recordings/tiny";
    Cli.Result result = Cli.run("replay", tiny, "--policy", "bind:1");
    assertThat(result.code()).isEqualTo(2);
    assertThat(result.err())
        .isEqualTo("quarry: policy bind:1: there is no node 1, the machine has node 0 only\n");
    result = Cli.run("replay", tiny, "--set", "nodes=2", "--policy", "weighted:0=3,1=1");
    assertThat(result.out()).contains("user pages by policy weighted:0=3,1=1");
  }
}
