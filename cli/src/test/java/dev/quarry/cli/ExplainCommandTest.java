package dev.quarry.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.quarry.replay.read.Packing;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** Where logs come from, what is said of bad ones, and the exit codes. */
class ExplainCommandTest {
  private static final String ORDER4 = "examples/logs/order4.log";
  private static final String OOM = "examples/logs/oom.log";

  @TempDir Path folder;

  private static JsonNode json(Cli.Result result) {
    return JsonMapper.shared().readTree(result.out());
  }

  private Path write(String name, String text) throws IOException {
    return Files.writeString(folder.resolve(name), text);
  }

  @Test
  void oneLog() {
    Cli.Result result = Cli.run("explain", "--json", ORDER4);
    assertThat(result.code()).isZero();
    assertThat(result.err()).isEmpty();
    JsonNode root = json(result);
    assertThat(root.path("order").asInt()).isEqualTo(4);
    assertThat(root.path("gfp").asString()).isEqualTo("0x40cc0");
    assertThat(root.at("/zones/0/verdict").asString()).isEqualTo("no-block");
    assertThat(root.at("/zones/0/margin_pages").asLong()).isEqualTo(13449);
    assertThat(root.path("file").asString()).isEqualTo(ORDER4);
    assertThat(root.path("explained").asBoolean()).isTrue();
  }

  @Test
  void severalLogsAndTheSameBytesTwice() {
    Cli.Result result = Cli.run("explain", "--json", OOM, ORDER4);
    JsonNode root = json(result);
    assertThat(root.path("kind").asString()).isEqualTo("oom");
    assertThat(root.path("reports")).hasSize(2);
    assertThat(root.at("/reports/1/kind").asString()).isEqualTo("page-allocation-failure");
    assertThat(Cli.run("explain", "--json", OOM, ORDER4).out()).isEqualTo(result.out());
    String text = Cli.run("explain", OOM, ORDER4).out();
    assertThat(text).endsWith("\n2 reports\n");
    assertThat(text.lines()).allSatisfy(line -> assertThat(line).hasSizeLessThan(101));
  }

  @ParameterizedTest
  @EnumSource(Packing.class)
  void packed(Packing packing) throws IOException {
    Path file = folder.resolve("kern.log" + packing.ending());
    try (OutputStream out = packing.pack(Files.newOutputStream(file))) {
      out.write(Files.readAllBytes(Repository.root().resolve(ORDER4)));
    }
    Cli.Result result = Cli.run("explain", file.toString());
    assertThat(result.code()).isZero();
    assertThat(result.out()).contains("no free block of order 4");
  }

  @Test
  void fromStandardInput() throws IOException {
    String log = Files.readString(Repository.root().resolve(ORDER4));
    for (String[] args : new String[][] {{"explain", "-"}, {"explain"}}) {
      Cli.Result result = Cli.runWithInput(log, args);
      assertThat(result.code()).isZero();
      assertThat(result.out()).contains("stdin:1-44").contains("no free block of order 4");
    }
  }

  @Test
  void noReport() throws IOException {
    Path empty = write("empty.log", "");
    Path other = write("other.log", "Linux version 6.18.0\nusb 1-2: new device\n");
    byte[] noise = new byte[8192];
    new Random(7).nextBytes(noise);
    Path binary = Files.write(folder.resolve("binary"), noise);
    Cli.Result result = Cli.run("explain", empty.toString(), other.toString(), binary.toString());
    assertThat(result.code()).isEqualTo(1);
    assertThat(result.out()).isEmpty();
    assertThat(result.err())
        .contains("empty.log: is empty: no memory report")
        .contains("other.log: no memory report of a kernel in 2 lines: neither")
        .contains("binary: no memory report of a kernel: it is no text");
    Cli.Result json = Cli.run("explain", "--json", other.toString());
    assertThat(json.code()).isEqualTo(1);
    assertThat(json(json).path("reports")).isEmpty();
    assertThat(Cli.run("explain", "--summary", other.toString()).code()).isEqualTo(1);
  }

  @Test
  void aDamagedLogDoesNotKeepTheOthersBack() throws IOException {
    Path damaged = folder.resolve("damaged.gz");
    Files.write(damaged, new byte[] {0x1f, (byte) 0x8b, 8, 0, 0, 0, 0, 0, 0, 3, 1, 2, 3, 4, 5});
    Cli.Result result = Cli.run("explain", damaged.toString(), ORDER4);
    assertThat(result.code()).isEqualTo(2);
    assertThat(result.err()).contains("damaged.gz").doesNotContain("\tat ");
    assertThat(result.out()).contains("no free block of order 4");
  }

  @Test
  void foldersAndPatterns() throws IOException {
    Path below = Files.createDirectories(folder.resolve("rack/one"));
    Path logs = Repository.root().resolve("examples/logs");
    for (int i = 0; i < 5; i++) {
      Files.copy(logs.resolve("order4.log"), below.resolve("b" + i + ".log"));
      Files.copy(logs.resolve("oom.log"), below.resolve("a" + i + ".log"));
    }
    Cli.Result result = Cli.run("explain", "--summary", "--json", folder.toString());
    assertThat(result.code()).isZero();
    JsonNode root = json(result);
    assertThat(root.path("files").asInt()).isEqualTo(10);
    assertThat(root.path("causes")).hasSize(2);
    assertThat(root.at("/causes/0/first/file").asString()).endsWith("a0.log");
    assertThat(root.at("/causes/0/last/file").asString()).endsWith("a4.log");
    String pattern = folder + "/rack/*/b*.log";
    String text = Cli.run("explain", "--summary", pattern).out();
    assertThat(text).startsWith("5 reports in 5 files, 1 cause, 5 explained");
    assertThat(Cli.run("explain", folder + "/x*.log").code()).isEqualTo(2);
  }

  @Test
  void writesAPage() throws IOException {
    Path page = folder.resolve("page.html");
    Cli.Result result = Cli.run("explain", "--html", page.toString(), "--trail", OOM, ORDER4);
    assertThat(result.code()).isZero();
    assertThat(Files.readString(page)).startsWith("<!DOCTYPE html>").endsWith("</html>\n");
    assertThat(Files.readString(page)).contains("Report 2");
  }

  /** A machine of the shell fails a request; what it printed goes straight into explain. */
  @Test
  void theShellsOwnFailure() {
    String dmesg =
        Cli.script(
                """
                boot laptop ram=256M percpu=no
                fill GFP_KERNEL
                alloc_pages GFP_KERNEL
                dmesg
                """)
            .out();
    Cli.Result result = Cli.runWithInput(dmesg, "explain", "--json");
    assertThat(result.code()).isZero();
    JsonNode zones = json(result).path("zones");
    assertThat(zones.get(0).path("zone").asString()).isEqualTo("DMA32");
    assertThat(zones.get(0).path("margin_pages").asLong()).isZero();
    assertThat(zones.get(1).path("margin_pages").asLong()).isZero();
    assertThat(json(result).path("order").asInt()).isZero();
  }
}
