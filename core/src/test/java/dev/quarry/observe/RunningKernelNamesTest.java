package dev.quarry.observe;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.quarry.kernel.Machine;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Names and their order against the files of the kernel that runs this test. */
class RunningKernelNamesTest {
  private static final Path RELEASE = Path.of("/proc/sys/kernel/osrelease");

  private static List<String> names(String text) {
    return text.lines().map(line -> line.split(" ")[0]).toList();
  }

  private static String quarry(String path) {
    try (Machine machine = Machine.boot(Recorded.machine())) {
      return new ProcFs(machine.memory()).read(path).orElseThrow();
    }
  }

  /** Of the same release: the same names, but for what another configuration adds. */
  @Test
  void vmstatHasTheSameNamesInTheSameOrder() throws IOException {
    Path file = Path.of("/proc/vmstat");
    assumeTrue(Files.isReadable(file), "this host has no /proc/vmstat");
    List<String> kernel = names(Files.readString(file));
    List<String> ours = names(quarry("/proc/vmstat"));
    List<String> both = new ArrayList<>(kernel);
    both.retainAll(ours);
    assertThat(both).as("there is something to compare").hasSizeGreaterThan(50);
    List<String> oursOfBoth = new ArrayList<>(ours);
    oursOfBoth.retainAll(both);
    assertThat(oursOfBoth).isEqualTo(both);
    if (Files.readString(RELEASE).startsWith("6.18")) {
      List<String> onlyKernel = new ArrayList<>(kernel);
      onlyKernel.removeAll(ours);
      assertThat(onlyKernel).allMatch(RunningKernelNamesTest::isOfAnotherConfiguration);
    }
  }

  /** A zone type, or a part of the kernel, that the recorded kernel was built without. */
  private static boolean isOfAnotherConfiguration(String name) {
    return name.matches(
        "(pgalloc|allocstall|pgskip)_.*|cma_.*|nr_free_cma|nr_unaccepted|nr_tlb_.*|vma_lock_.*"
            + "|thp_.*|numa_.*|zsw.*|direct_map_.*|kstack_.*|memcg_.*|hwpoison.*|nr_memmap.*");
  }

  @Test
  void pressureHasTheSameWords() throws IOException {
    Path file = Path.of("/proc/pressure/memory");
    assumeTrue(Files.isReadable(file), "this host's kernel keeps no pressure");
    String kernel = Files.readString(file).replaceAll("[0-9]+", "#");
    assertThat(quarry("/proc/pressure/memory").replaceAll("[0-9]+", "#")).isEqualTo(kernel);
  }
}
