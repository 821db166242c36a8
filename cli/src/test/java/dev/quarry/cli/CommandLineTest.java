package dev.quarry.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Exit codes and messages of the command line: 0 for yes, 1 for no, 2 for the user's mistakes. */
class CommandLineTest {
  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "                                   | which COMMAND?",
        "frob                               | there is no command \"frob\"",
        "rnu                                | there is no command \"rnu\"; did you mean run?",
        "machine a b                        | \"b\" is one argument too many",
        "run --stpes 3 x                    | there is no option \"--stpes\"; did you mean --steps?",
        "run                                | 'FILE'",
        "run no/such.quarry                 | no/such.quarry: no such file or folder",
        "run .                              | \".\" is a folder, not a script",
        "run --steps 0 -                    | --steps 0 is not above 0",
        "machine corse                      | did you mean course?",
        "machine --text                     | --text and --set need a MACHINE",
        "machine --set ram=1G               | --text and --set need a MACHINE",
        "machine --text no-such             | \"no-such\" is not a preset: laptop,",
        "machine --text tiny --set ram=1G   | --text shows no setting of --set",
        "machine laptop --set ram           | a setting is written KEY=VALUE",
        "machine laptop --set ram=banana    | \"banana\" is not a size such as",
        "machine laptop --set rma=1G        | \"rma\" is not a setting; did you mean ram?",
        "machine .                          | is a folder",
        "check                              | 'MACHINE'",
        "check tiny --steps -5              | --steps -5 is not above 0",
        "check tiny --steps x               | 'x' is not a long",
        "check tiny --json                  | --threads, --tlb and --json are for --pressure",
        "check tiny --pressure --threads 0  | --threads 0 is not above 0",
        "check tiny --pressure              | but pressure is made with 1024 to 262144",
        "check course --set ram=8M --pressure --tlb x | \"x\"",
        "replay                             | 'RECORDING'",
        "replay no/such                     | no/such: there is no such folder",
        "replay --check --versus x=1 .       | are for one machine, without --versus",
        "replay --versus x=1 --check examples/pipe.strace | are for one machine, without --versus",
        "replay --mrc no/such               | no/such: there is no such folder",
        "replay --mrc examples/pipe.strace | --mrc is of references to memory",
        "replay --mrc --set tlb=off examples/references/sieve.txt.xz | play nothing: leave out --set, --versus and --check",
        "explain no/such.log                | no/such.log: no such file or folder",
        "explain no/such*.log               | no/such*.log: no file is there",
        "explain --summary --trail x        | --summary is a table: leave out --html and --trail",
        "explain --html no/x README.md      | cannot write no/x: there is no folder",
        "convert a                          | 'OUT'",
        "convert no/such /no/such           | no/such: there is no such file or folder",
        "replay .                           | holds no page events",
        "replay --html . examples/compile | cannot write .: is a folder",
        "replay --html no/x examples/compile | cannot write no/x: there is no folder",
        "replay --html x --versus ram=8G x  | --html shows one replay of page events: leave out",
        "twin no/such                       | such: is not a folder",
        "twin docs                          | docs: holds no zoneinfo, without which",
        "replay --set swap=64M examples/compile | swap= is of recordings of processes and of references",
        "replay --versus lru=mglru examples/compile | lru= is of recordings of processes and of references",
        "replay --policies --mrc examples/references/sieve.txt.xz | has the miss-ratio curve too: leave out --mrc",
        "twin --count 3 docs                | --count and --html belong to --watch",
        "twin --watch --json                | leave out --json and --order",
        "twin --watch=0 docs                | --watch 0.0 is not 0.01 to 86400.0 s",
        "twin --order 11 TINY               | --order 11 is not 0 to the machine's largest, 10",
        "twin --cpu 2 TINY                  | --cpu 2 is not one of the machine's, 0 to 1",
        "twin --node 1 TINY                 | --node 1 is not one of the machine's, 0 to 0",
        "twin --most 0 TINY                 | --most 0 is not above 0",
        "twin --order 1 --gfp GFP_KERNLE TINY | did you mean GFP_KERNEL?",
        "twin --order 1 --gfp 0x3 TINY      | zone bits 0x3 contradict",
        "record                             | 'COMMAND'",
        "record --events pages -- true      | \"pages\" is none of kmem, slab, fault, maps",
        "record --ring -1 -- true           | --ring -1 is not 1 to 4096",
      })
  void mistakesOfTheCommandLine(String args, String message) {
    String tiny = "replay/src/test/resources/recordings/tiny/before";
    Cli.Result result =
        Cli.run(args == null ? new String[0] : args.replace("TINY", tiny).split(" +"));
    assertThat(result.code()).isEqualTo(2);
    assertThat(result.out()).isEmpty();
    assertThat(result.err()).contains("quarry: ").contains(message).doesNotContain("\tat ");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "explain", "replay", "twin", "record", "convert", "shell", "run", "machine", "proc",
        "check", "conform", "help"
      })
  void eachCommandHasHelp(String command) {
    Cli.Result result = Cli.run("help", command);
    assertThat(result.code()).isZero();
    assertThat(result.out()).contains("Usage: quarry " + command);
    assertThat(result.out().lines()).allSatisfy(line -> assertThat(line).hasSizeLessThan(81));
    assertThat(Cli.run(command, "--help").out()).isEqualTo(result.out());
    assertThat(Cli.run("--help").out()).contains("\n  " + command + " ");
  }

  @Test
  void aMachineIsShown() {
    Cli.Result result = Cli.run("machine", "course", "--set", "min_free_kbytes=2048");
    assertThat(result.code()).isZero();
    assertThat(result.out()).contains("min_free_kbytes 2048").contains("Node 0 zone Normal");
    assertThat(result.err()).isEmpty();
  }

  @Test
  void aPresetsTextBootsTheSameMachine(@TempDir Path folder) throws IOException {
    String text = Cli.run("machine", "--text", "server").out();
    Path file = folder.resolve("server");
    Files.writeString(file, text);
    assertThat(Cli.run("machine", file.toString()).out())
        .isEqualTo(Cli.run("machine", "server").out());
  }

  @Test
  void checkSaysWhatItDid() {
    Cli.Result result = Cli.run("check", "course", "--steps", "3000", "--seed", "7");
    assertThat(result.code()).isZero();
    assertThat(result.out())
        .startsWith("course: 3,000 steps with seed 7: ")
        .endsWith("all invariants hold" + System.lineSeparator());
    assertThat(Cli.run("check", "course", "--steps", "3000", "--seed", "7")).isEqualTo(result);
  }

  @Test
  void theSameRecordingGivesTheSameBytes() {
    String tiny = "replay/src/test/resources/recordings/tiny";
    String json = Cli.run("replay", "--json", tiny).out();
    assertThat(json).startsWith("{").endsWith("}\n").contains("\"recording\" : \"tiny\"");
    String seconds = "\"seconds\" : [-+.E0-9]+";
    assertThat(json).containsPattern(seconds);
    assertThat(Cli.run("replay", "--json", tiny).out().replaceFirst(seconds, ""))
        .isEqualTo(json.replaceFirst(seconds, ""));
    assertThat(Cli.run("replay", tiny).out()).isEqualTo(Cli.run("replay", tiny).out());
  }

  @Test
  void aTwinAnswersWithItsExitCode() {
    String tiny = "replay/src/test/resources/recordings/tiny/before";
    Cli.Result yes = Cli.run("twin", "--order", "8", tiny);
    assertThat(yes.code()).isZero();
    assertThat(yes.out()).contains("without reclaim: yes").contains("  then refused");
    Cli.Result no = Cli.run("twin", "--order", "3", "--gfp", "__GFP_THISNODE", "--json", tiny);
    assertThat(no.code()).isZero();
    assertThat(no.out()).contains("\"in_a_row\" : ");
    Cli.Result watched = Cli.run("twin", "--watch=0.01", "--count", "3", tiny);
    assertThat(watched.code()).isZero();
    assertThat(watched.out()).contains("before: 3 samples, one every 0.01 s");
    assertThat(Cli.run("twin", "--watch=0.01", "--count", "3", tiny)).isEqualTo(watched);
  }

  @Test
  void anExpectationThatDoesNotHoldIsAnAnswer() {
    Cli.Result result = Cli.script("boot tiny\nexpect Normal.free == 15");
    assertThat(result.code()).isEqualTo(1);
    assertThat(result.err())
        .isEqualTo(
            """
            stdin:2:1: expected Normal.free == 15, but Normal.free is 16
              expect Normal.free == 15
              ^
            """);
  }
}
