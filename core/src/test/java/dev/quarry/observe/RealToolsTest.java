package dev.quarry.observe;

import static org.assertj.core.api.Assertions.assertThat;

import dev.quarry.kernel.Machine;
import dev.quarry.machine.MachineSpecReader;
import dev.quarry.machine.Presets;
import dev.quarry.physical.Gfp;
import dev.quarry.physical.Zone;
import dev.quarry.slab.CacheSpec;
import dev.quarry.slab.CacheStatistics;
import dev.quarry.slab.KmemCache;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * The written tree, and the host's own tools on it. A tool runs in a mount namespace of its own,
 * without privileges; where the host does not allow that or lacks the tool, the test is skipped and
 * says why.
 */
class RealToolsTest {
  private static final String SPEC =
      """
      release 6.18
      contents none
      node 0 distance=10,21
      node 1 distance=21,10
      cpus 0-2 node=0
      cpus 3-4 node=1
      memory 1M-64M node=0
      memory 64M-160M node=1
      reserved 16M-18M kernel
      """;

  private record Result(int exitCode, String out) {}

  @TempDir Path folder;
  private Machine machine;

  @BeforeEach
  void boot() throws IOException {
    machine = Machine.boot(MachineSpecReader.read("tools", SPEC));
    for (int i = 0; i < 500; i++) {
      machine.allocator().allocPages(machine.cpu(i % 5), Gfp.GFP_KERNEL, i % 3);
    }
    new ProcFs(machine.memory()).writeTree(folder);
  }

  @AfterEach
  void close() {
    machine.close();
  }

  @Test
  void theTreeHasEveryFileAsItIsRead() throws IOException {
    ProcFs files = new ProcFs(machine.memory());
    files.writeTree(folder); // a second time, over the first
    for (String path : files.textPaths()) {
      assertThat(folder.resolve(path.substring(1))).hasContent(files.read(path).orElseThrow());
    }
    for (String path : files.wordPaths()) {
      PageWords words = files.words(path).orElseThrow();
      byte[] whole = new byte[(int) words.bytes()];
      words.read(0, whole);
      assertThat(folder.resolve(path.substring(1))).hasBinaryContent(whole);
    }
    assertThat(folder.resolve("sys/devices/system/node/node1/meminfo")).exists();
  }

  @Test
  void freeShowsTheMachine() throws Exception {
    List<String> lines = enter("free", "-b").lines().toList();
    String[] memory = lines.get(1).trim().split(" +");
    assertThat(memory[0]).isEqualTo("Mem:");
    assertThat(Long.parseLong(memory[1])).as("total").isEqualTo(bytes(Zone::managed));
    assertThat(Long.parseLong(memory[3])).as("free").isEqualTo(bytes(Zone::freePages));
    assertThat(Long.parseLong(memory[6]))
        .as("available")
        .isEqualTo(AvailableMemory.of(machine.memory()).pages() * machine.spec().pageSize());
    assertThat(lines.get(2).trim().split(" +")).containsExactly("Swap:", "0", "0", "0");
  }

  @Test
  void vmstatShowsTheMachine() throws Exception {
    List<String> lines = enter("vmstat", "-s").lines().map(String::trim).toList();
    assertThat(lines)
        .contains(
            (bytes(Zone::managed) >> 10) + " K total memory",
            (bytes(Zone::freePages) >> 10) + " K free memory",
            "0 K total swap",
            "0 pages swapped in");
  }

  /** slabtop shows what slabinfo says; it opens no other path. */
  @Test
  void slabtopShowsTheCaches() throws Exception {
    try (Machine course = Machine.boot(Presets.get("course"))) {
      KmemCache cache = course.slab().createCache(course.cpu(0), CacheSpec.of("task_struct", 1184));
      for (int i = 0; i < 100; i++) {
        cache.alloc(course.cpu(0), Gfp.GFP_KERNEL);
      }
      new ProcFs(course.memory(), null, course.slab()).writeTree(folder);
      List<String> lines = enter("slabtop", "-o", "-s", "a").lines().map(String::strip).toList();
      CacheStatistics of = cache.statistics();
      assertThat(lines)
          .filteredOn(line -> line.endsWith("task_struct"))
          .singleElement()
          .satisfies(line ->
              assertThat(line.split(" +"))
                  .startsWith(text(of.objects()), text(of.activeObjects()), "98%", "1.16K")
                  .contains(text(of.slabs()), text(of.objectsPerSlab())));
    }
  }

  private static String text(long number) {
    return Long.toString(number);
  }

  @Test
  void numastatShowsTheMachine() throws Exception {
    String out = enter("numastat");
    assertThat(out.lines().toList().getFirst().trim().split(" +"))
        .containsExactly("node0", "node1");
    for (String line : out.lines().skip(1).toList()) {
      String[] words = line.trim().split(" +");
      for (int node = 0; node < 2; node++) {
        var numbers = ProcText.numbers(read("/sys/devices/system/node/node" + node + "/numastat"));
        assertThat(Long.parseLong(words[node + 1])).as(line).isEqualTo(numbers.get(words[0]));
      }
    }
  }

  @Test
  void lscpuShowsTheNodes() throws Exception {
    assertThat(enter("lscpu").replaceAll(" +", " "))
        .contains("NUMA node(s): 2\n", "NUMA node0 CPU(s): 0-2\n");
  }

  private String read(String path) {
    return new ProcFs(machine.memory()).read(path).orElseThrow();
  }

  private long bytes(java.util.function.ToLongFunction<Zone> pages) {
    return machine.memory().zones().stream().mapToLong(pages).sum() * machine.spec().pageSize();
  }

  /** Runs a tool that sees the tree; skips the test where that is not possible here. */
  private String enter(String... command) throws Exception {
    skipUnless(run("sh", enterScript(), "true"), "no mount namespace without privileges here");
    skipUnless(run("sh", "-c", "command -v " + command[0]), command[0] + " is not installed here");
    List<String> all = new ArrayList<>(List.of("sh", enterScript()));
    all.addAll(List.of(command));
    Result result = run(all.toArray(String[]::new));
    assertThat(result.exitCode).as(result.out).isZero();
    return result.out;
  }

  private String enterScript() {
    return folder.resolve("enter").toString();
  }

  private static void skipUnless(Result result, String reason) {
    if (result.exitCode != 0) {
      String text = ("skipped: " + reason + " " + result.out.strip()).strip();
      System.out.println(text);
      Assumptions.abort(text);
    }
  }

  private Result run(String... command) throws IOException, InterruptedException {
    Path out = folder.resolve("out");
    ProcessBuilder builder = new ProcessBuilder(command).redirectErrorStream(true);
    builder.environment().put("LC_ALL", "C");
    Process process;
    try {
      process = builder.redirectOutput(out.toFile()).start();
    } catch (IOException e) {
      return new Result(127, String.valueOf(e.getMessage()));
    }
    if (!process.waitFor(20, TimeUnit.SECONDS)) {
      process.destroyForcibly();
      return new Result(124, "no answer within 20 seconds");
    }
    return new Result(process.exitValue(), Files.readString(out, StandardCharsets.UTF_8));
  }
}
