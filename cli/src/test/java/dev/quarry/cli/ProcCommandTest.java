package dev.quarry.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * The host's own tools on a machine that a script has left. Skipped, with the reason, elsewhere.
 */
class ProcCommandTest {
  private static final String SCRIPT =
      """
      boot laptop ram=64M
      swapon 32M
      p = spawn
      p: a = mmap 4M rw private anon
      p: store a 7 pages=1024
      """;

  @TempDir Path folder;

  @Test
  void freeShowsMemoryAndSwap() throws IOException {
    List<String> lines = tool("free", "-k");
    assertThat(lines.get(2)).matches("Swap: +32764 +0 +32764");
    assertThat(lines.get(1).split(" +")[1]).isEqualTo(kib("MemTotal"));
    assertThat(lines.get(1).split(" +")[3]).isEqualTo(kib("MemFree"));
  }

  @Test
  void vmstatShowsFaults() throws IOException {
    assertThat(tool("vmstat", "-s"))
        .contains(kib("MemTotal") + " K total memory", "32764 K total swap", "0 pages swapped in");
  }

  @Test
  void slabtopShowsTheCache() throws IOException {
    assertThat(tool("slabtop", "-o")).anyMatch(line -> line.endsWith(" kmem_cache"));
  }

  @Test
  void pmapShowsTheAreas() throws IOException {
    List<String> lines = tool("pmap", "-x", "1");
    assertThat(lines.getFirst()).isEqualTo("1:   quarry");
    assertThat(lines).anyMatch(line -> line.matches("[0-9a-f]+ +4096 +4096 +4096 rw--- .*"));
  }

  @Test
  void numastatShowsTheNode() throws IOException {
    List<String> lines = tool("numastat", "-m");
    assertThat(lines).anyMatch(line -> line.matches("MemTotal +6\\d\\.\\d\\d +6\\d\\.\\d\\d"));
  }

  /** What numastat of numactl 2.0.16 says of lines of the kernel's own files too. */
  private static final Pattern KNOWN = Pattern.compile("Token \\w+ not in hash table\\.");

  private List<String> tool(String... command) throws IOException {
    Path script = Files.writeString(folder.resolve("m.quarry"), SCRIPT);
    skipUnless(isInstalled(command[0]), command[0] + " is not installed here");
    String[] args =
        Stream.concat(Stream.of("proc", script.toString(), "--mount", "--"), Stream.of(command))
            .toArray(String[]::new);
    Cli.Result result = Cli.run(args);
    skipUnless(result.code() != ExitCode.UNAVAILABLE, result.err().strip());
    assertThat(result.code()).as(result.err()).isZero();
    assertThat(result.err().lines().filter(line -> !KNOWN.matcher(line).matches())).isEmpty();
    return result.out().lines().map(String::strip).toList();
  }

  private static boolean isInstalled(String tool) {
    return Stream.of(System.getenv("PATH").split(":"))
        .anyMatch(place -> Files.isExecutable(Path.of(place, tool)));
  }

  private static void skipUnless(boolean can, String reason) {
    if (!can) {
      System.out.println("skipped: " + reason);
      Assumptions.abort(reason);
    }
  }

  /** A line of the machine's meminfo, from the files as they are written. */
  private String kib(String name) throws IOException {
    Path files = folder.resolve("files");
    Cli.Result result =
        Cli.run("proc", folder.resolve("m.quarry").toString(), "--into", files.toString());
    assertThat(result.code()).as(result.err()).isZero();
    return Files.readAllLines(files.resolve("proc/meminfo")).stream()
        .filter(line -> line.startsWith(name + ":"))
        .map(line -> line.replaceAll("\\D", ""))
        .findFirst()
        .orElseThrow();
  }

  @ParameterizedTest
  @CsvSource({"sh -c 'exit 7',7", "false,1", "no-such-tool-at-all,127"})
  void theExitCodeIsTheTools(String command, int code) {
    String[] words =
        command.startsWith("sh") ? new String[] {"sh", "-c", "exit 7"} : command.split(" ");
    Cli.Result result =
        Cli.run(
            Stream.concat(Stream.of("proc", "tiny", "--mount", "--"), Stream.of(words))
                .toArray(String[]::new));
    skipUnless(result.code() != ExitCode.UNAVAILABLE, result.err().strip());
    assertThat(result.code()).isEqualTo(code);
  }

  @Test
  void aWrongScriptIsTheUsersMistake() throws IOException {
    Path script = Files.writeString(folder.resolve("w.quarry"), "boot laptop\nfrobnicate\n");
    Cli.Result result = Cli.run("proc", script.toString(), "--mount", "--", "free");
    assertThat(result.code()).isEqualTo(ExitCode.BAD_INPUT);
    assertThat(result.err()).contains("w.quarry:2");
  }
}
