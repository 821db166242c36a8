package dev.quarry.observe;

import static org.assertj.core.api.Assertions.assertThat;

import dev.quarry.kernel.Machine;
import dev.quarry.machine.MachineSpecReader;
import dev.quarry.machine.Presets;
import dev.quarry.physical.Gfp;
import dev.quarry.physical.NodeStat;
import dev.quarry.physical.Pfn;
import java.util.BitSet;
import java.util.HashSet;
import org.junit.jupiter.api.Test;

/** What single files show that no recording of one machine can tell. */
class ProcFsTest {
  private static String read(Machine machine, String path) {
    return new ProcFs(machine.memory()).read(path).orElseThrow();
  }

  @Test
  void everyPathCanBeReadAndNoOther() {
    try (Machine machine = Machine.boot(Presets.get("course"))) {
      ProcFs files = new ProcFs(machine.memory());
      for (String path : ProcFs.paths()) {
        boolean nothingYet = path.equals("/proc/vmallocinfo");
        assertThat(files.read(path)).as(path).get().asString().endsWith(nothingYet ? "" : "\n");
      }
      assertThat(files.read("/proc/slabtop")).isEmpty();
      assertThat(files.read("/sys/devices/system/node/node1/meminfo")).isEmpty();
      assertThat(files.words("/proc/meminfo")).isEmpty();
      var own = new HashSet<>(files.textPaths());
      own.addAll(files.wordPaths());
      assertThat(own).containsExactlyInAnyOrderElementsOf(ProcFs.paths());
    }
  }

  @Test
  void nodesAreListedByWhatTheyHave() {
    String spec =
        """
        release 6.18
        node 0 distance=10,20,30
        node 1 distance=20,10,40
        node 2 distance=30,40,10
        cpus 0-2 node=0
        cpus 3 node=2
        cpus 4-34 node=0
        memory 1M-64M node=0
        memory 64M-128M node=1
        """;
    try (Machine machine = Machine.boot(MachineSpecReader.read("nodes", spec))) {
      String nodes = "/sys/devices/system/node/";
      assertThat(read(machine, nodes + "possible")).isEqualTo("0-2\n");
      assertThat(read(machine, nodes + "online")).isEqualTo("0-2\n");
      assertThat(read(machine, nodes + "has_memory")).isEqualTo("0-1\n");
      assertThat(read(machine, nodes + "has_normal_memory")).isEqualTo("0-1\n");
      assertThat(read(machine, nodes + "has_cpu")).isEqualTo("0,2\n");
      assertThat(read(machine, nodes + "node2/distance")).isEqualTo("30 40 10\n");
      assertThat(read(machine, nodes + "node0/cpulist")).isEqualTo("0-2,4-34\n");
      assertThat(read(machine, nodes + "node0/cpumap")).isEqualTo("7,fffffff7\n");
      assertThat(read(machine, nodes + "node1/cpulist")).isEqualTo("\n");
      assertThat(read(machine, nodes + "node1/cpumap")).isEqualTo("0,00000000\n");
      assertThat(read(machine, nodes + "node2/meminfo"))
          .contains("Node 2 MemTotal:              0 kB");
      // A node without memory has zones in zoneinfo and is missing from the other files.
      assertThat(read(machine, "/proc/zoneinfo")).contains("Node 2, zone   Normal");
      assertThat(read(machine, "/proc/buddyinfo")).doesNotContain("Node 2");
      assertThat(read(machine, "/proc/pagetypeinfo")).doesNotContain("Node    2");
    }
  }

  @Test
  void setsAreWrittenAsTheKernelWritesThem() {
    BitSet bits = new BitSet();
    assertThat(BitmapText.list(bits)).isEmpty();
    assertThat(BitmapText.mask(bits, 64)).isEqualTo("00000000,00000000");
    bits.set(0);
    bits.set(2, 5);
    bits.set(63);
    assertThat(BitmapText.list(bits)).isEqualTo("0,2-4,63");
    assertThat(BitmapText.mask(bits, 64)).isEqualTo("80000000,0000001d");
    assertThat(BitmapText.mask(bits, 66)).isEqualTo("0,80000000,0000001d");
    assertThat(BitmapText.mask(bits, 5)).isEqualTo("1d");
  }

  /** Kept in pages, shown in pages of KiB by meminfo and in huge pages by vmstat. */
  @Test
  void hugePagesAreShownInTwoUnits() {
    try (Machine machine = Machine.boot(Presets.get("course"))) {
      machine.memory().nodes().getFirst().stat(NodeStat.NR_ANON_TRANSPARENT_HUGEPAGES, 1024);
      assertThat(read(machine, "/proc/meminfo")).contains("AnonHugePages:      4096 kB\n");
      assertThat(read(machine, "/proc/vmstat")).contains("nr_anon_transparent_hugepages 2\n");
      assertThat(read(machine, "/proc/zoneinfo")).contains("nr_anon_transparent_hugepages 2\n");
      assertThat(read(machine, "/sys/devices/system/node/node0/vmstat"))
          .contains("nr_anon_transparent_hugepages 2\n");
    }
  }

  @Test
  void statisticsReachTheirLines() {
    try (Machine machine = Machine.boot(Presets.get("course"))) {
      var node = machine.memory().nodes().getFirst();
      node.stat(NodeStat.NR_FILE_PAGES, 100);
      node.stat(NodeStat.NR_SWAPCACHED, 30);
      node.stat(NodeStat.NR_SLAB_RECLAIMABLE, 7);
      node.stat(NodeStat.NR_SLAB_UNRECLAIMABLE, 5);
      node.stat(NodeStat.NR_KERNEL_STACK, 48);
      assertThat(ProcText.numbers(read(machine, "/proc/meminfo")))
          .containsEntry("Cached", 280L)
          .containsEntry("SwapCached", 120L)
          .containsEntry("Slab", 48L)
          .containsEntry("KReclaimable", 28L)
          .containsEntry("KernelStack", 48L);
      assertThat(
              ProcText.numbers(read(machine, "/sys/devices/system/node/node0/meminfo"), "Node 0 "))
          .containsEntry("FilePages", 400L)
          .containsEntry("SUnreclaim", 20L)
          .containsEntry("KernelStack", 48L);
    }
  }

  @Test
  void highMemHasLinesOnlyOn32Bits() {
    try (Machine machine = Machine.boot(Presets.get("x86-32"))) {
      var meminfo = ProcText.numbers(read(machine, "/proc/meminfo"));
      assertThat(meminfo.get("HighTotal") + meminfo.get("LowTotal"))
          .isEqualTo(meminfo.get("MemTotal"));
      assertThat(meminfo)
          .containsEntry("HighTotal", (2048L - 896) << 10)
          .containsKey("DirectMap4M");
      assertThat(ProcText.numbers(read(machine, "/proc/vmstat")))
          .containsKeys("pgalloc_high", "allocstall_high", "pgskip_high")
          .doesNotContainKey("pgalloc_dma32");
      assertThat(read(machine, "/proc/sys/vm/lowmem_reserve_ratio")).isEqualTo("256\t32\t0\t0\n");
    }
    try (Machine machine = Machine.boot(Presets.get("laptop"))) {
      assertThat(read(machine, "/proc/meminfo"))
          .doesNotContain("HighTotal", "DirectMap4M")
          .contains("DirectMap1G:           0 kB\n");
    }
  }

  /** A request that may wait stalls in direct reclaim before it fails; an atomic one does not. */
  @Test
  void directReclaimIsCounted() {
    try (Machine machine = Machine.boot(Presets.get("tiny"))) {
      while (machine.allocator().allocPages(machine.cpu(0), Gfp.GFP_NOWAIT, 0) != Pfn.NONE) {
        assertThat(machine.allocator().failures()).isZero();
      }
      assertThat(read(machine, "/proc/vmstat")).contains("allocstall_normal 0\n");
      int quiet = Gfp.GFP_KERNEL | Gfp.NOWARN;
      assertThat(machine.allocator().allocPages(machine.cpu(0), quiet, 0)).isEqualTo(Pfn.NONE);
      assertThat(read(machine, "/proc/vmstat")).contains("allocstall_normal 1\n");
    }
  }

  /**
   * A pageblock is counted where its step lands, as the kernel does, holes of a section included.
   */
  @Test
  void pageblocksAreCountedFromTheFirstFrame() {
    String spec =
        """
        release 6.18
        contents none
        zone Normal
        memory 1M-8M
        memory 16M-17M
        memory 300M-302M
        """;
    try (Machine machine = Machine.boot(MachineSpecReader.read("holes", spec))) {
      String text = read(machine, "/proc/pagetypeinfo");
      // Section 0: 64 steps from 1 MiB on; those to 3, 5, 7 and 17 MiB meet pageblocks that begin
      // with
      // RAM. Section 1 has no RAM. Section 2: 23 steps from 257 to 301 MiB, only the last one so.
      int movable = 4 + 1;
      int unmovable = 64 + 23 - movable;
      String counts =
          text.lines()
              .filter(line -> line.matches("Node 0, zone   Normal +\\d.*"))
              .findFirst()
              .orElseThrow();
      assertThat(counts)
          .isEqualTo(
              String.format(
                  "Node 0, zone   Normal %12d %12d            0            0            0 ",
                  unmovable, movable));
    }
  }
}
