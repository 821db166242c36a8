package dev.quarry.bench.work;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.quarry.bench.run.Programs;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The workloads of Java and of C draw the same blocks and orders. */
class SplitMix64Test {
  private static final Path SOURCE = Path.of("src/main/c/allocbench.c");

  /** Draw, block of 704, order: for seed 1, thread 0. */
  private static final List<String> FIRST =
      List.of(
          "bfef8030ddc2d772 527 9",
          "5f552ce482f2aa47 262 5",
          "70335fc3daf3d8a7 308 9",
          "f440fe3b62c79d2c 671 4",
          "33ba2f29e7c168bb 142 9",
          "98843f48a94b7866 419 7",
          "74ad4c24d41a25f8 320 9",
          "2f9a1f13648eab6e 130 4");

  /** Size of the mix, place in the order to free, size of a pair: for seed 1, thread 0. */
  private static final List<String> SIZES =
      List.of(
          "3079 3 1406",
          "1814 6 501",
          "854 1 103",
          "1885 5 304",
          "1312 7 241",
          "2126 0 393",
          "3783 2 2462",
          "662 4 99");

  private static final List<String> WORKLOADS =
      List.of("replace", "replace-written", "pair", "burst", "pairs", "mixed", "handover", "queue");

  @Test
  void javaDrawsTheSizes() {
    Mix mix = Mix.mixed(SplitMix64.ofThread(1, 0), SIZES.size());
    int[] pairs = Mix.pairs(SplitMix64.ofThread(1, 0), SIZES.size());
    List<String> drawn = new ArrayList<>();
    for (int i = 0; i < SIZES.size(); i++) {
      drawn.add(mix.sizes()[i] + " " + mix.order()[i] + " " + pairs[i]);
    }
    assertThat(drawn).isEqualTo(SIZES);
  }

  @Test
  void javaDrawsTheVector() {
    SplitMix64 random = SplitMix64.ofThread(1, 0);
    List<String> drawn = new ArrayList<>();
    for (int i = 0; i < FIRST.size(); i++) {
      long draw = random.next();
      int block = BlockSequence.block(draw, BlockSequence.BLOCKS);
      drawn.add(String.format("%016x %d %d", draw, block, BlockSequence.order(draw)));
    }
    assertThat(drawn).isEqualTo(FIRST);
  }

  @Test
  void secondThreadIsTheNextSeed() {
    assertThat(SplitMix64.ofThread(1, 1).next()).isEqualTo(SplitMix64.ofThread(2, 0).next());
  }

  @Test
  void cDrawsTheVector(@TempDir Path folder) throws IOException {
    String program = folder.resolve("allocbench").toString();
    assumeTrue(compiles(program), "no C compiler (cc): the program of C is not tested");
    assertThat(Programs.lines(List.of(program, "numbers", "1"), Map.of())).isEqualTo(FIRST);
    assertThat(Programs.lines(List.of(program, "sizes", "1"), Map.of())).isEqualTo(SIZES);
    assertThat(Programs.lines(List.of(program, "held", "1", "1000"), Map.of())).hasSize(2);
    for (String workload : WORKLOADS) {
      String threads = workload.equals("handover") || workload.equals("queue") ? "1" : "2";
      List<String> command = List.of(program, workload, threads, "1", "16", "4096", "1", "1", "3");
      assertThat(Programs.lines(command, Map.of()))
          .as(workload)
          .hasSize(3)
          .allSatisfy(nanos -> assertThat(Double.parseDouble(nanos)).isPositive());
    }
  }

  private static boolean compiles(String program) throws IOException {
    ProcessBuilder compiler =
        new ProcessBuilder(
            "cc",
            "-Wall",
            "-Wextra",
            "-Werror",
            "-pthread",
            "-o",
            program,
            SOURCE.toString(),
            "-ldl");
    Process process;
    try {
      process = compiler.inheritIO().start();
    } catch (IOException e) {
      return false;
    }
    assertThat(process.onExit().join().exitValue()).as("cc " + SOURCE).isZero();
    return true;
  }
}
