package dev.quarry.reclaim.compact;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.quarry.kernel.Machine;
import dev.quarry.machine.MachineSpecReader;
import dev.quarry.physical.Gfp;
import dev.quarry.physical.Pfn;
import dev.quarry.physical.Trail;
import dev.quarry.physical.VmEvent;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** {@code vm.defrag_mode}: reclaim and compaction before a pageblock becomes mixed. */
class DefragModeTest {
  private static final int PAGES = 6_800;
  private static final int REQUESTS = 1_500;

  /** Pageblocks in which pages of the kernel lie among pages of the process. */
  private static long mixed(FragmentedMachine m, List<Integer> kernel) {
    int order = m.machine.spec().pageblockOrder();
    var map = m.machine.memory().map();
    return kernel.stream()
        .map(pfn -> pfn >> order << order)
        .distinct()
        .filter(first ->
            IntStream.range(first, first + (1 << order)).anyMatch(pfn -> map.mapcount(pfn) > 0))
        .count();
  }

  /** Unmovable pages are asked for where all pageblocks have pages of a process. */
  private static long mixedByTheKernel(boolean defrag) {
    try (FragmentedMachine m = new FragmentedMachine(PAGES, 2)) {
      m.machine.files().write("/proc/sys/vm/defrag_mode", defrag ? "1" : "0");
      List<Integer> kernel = new ArrayList<>();
      for (int i = 0; i < REQUESTS; i++) {
        kernel.add(m.machine.allocator().allocPage(m.cpu, Gfp.GFP_KERNEL));
      }
      assertThat(kernel).doesNotContain(Pfn.NONE);
      assertThat(m.firstLostPage()).isEqualTo(-1);
      assertThat(m.machine.invariants()).isEmpty();
      return mixed(m, kernel);
    }
  }

  @Test
  void typesAreMixedLess() {
    assertThat(mixedByTheKernel(false)).isGreaterThanOrEqualTo(4);
    assertThat(mixedByTheKernel(true)).isLessThanOrEqualTo(1);
  }

  @Test
  void whatCannotBeHadOtherwiseIsTakenFromOthers() {
    try (FragmentedMachine m = new FragmentedMachine(PAGES, 2)) {
      m.machine.files().write("/proc/sys/vm/defrag_mode", "1");
      String trails = "";
      int served = 0;
      for (int pfn = 0; pfn != Pfn.NONE && served < 3_000; served++) {
        Trail trail = new Trail();
        pfn = m.machine.allocator().allocPagesTraced(m.cpu, Gfp.GFP_KERNEL | Gfp.NOWARN, 0, trail);
        String text = trail.render();
        if (served % 100 == 0) { // daemons work when nobody else does
          m.machine.reclaim().daemons().passTime(m.cpu, served * 10_000L + 1);
        }
        trails += text.contains("a pageblock may become mixed") ? text : "";
      }
      assertThat(served).as("half of memory is free").isGreaterThan(2_500);
      assertThat(trails).contains("reclaim and compaction did not help");
      assertThat(m.machine.memory().events().sum(VmEvent.COMPACT_DAEMON_WAKE)).isPositive();
      assertThat(m.machine.invariants()).isEmpty();
    }
  }

  @Test
  void kernelsBefore615HaveItNot() {
    String spec =
        "cpus 0\nmemory 0x1000-32M\nrelease 6.14\nzone DMA below=4M\nzone DMA32 below=4G\n";
    try (Machine machine = Machine.boot(MachineSpecReader.read("test", spec))) {
      assertThatThrownBy(() -> machine.files().write("/proc/sys/vm/defrag_mode", "1"))
          .hasMessageContaining("6.15")
          .hasMessageContaining("6.14");
      machine.files().write("/proc/sys/vm/watermark_boost_factor", "0");
      assertThat(machine.files().read("/proc/sys/vm/watermark_boost_factor")).hasValue("0\n");
    }
  }
}
