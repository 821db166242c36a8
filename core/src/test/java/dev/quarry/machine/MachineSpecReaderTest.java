package dev.quarry.machine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.quarry.kernel.Machine;
import dev.quarry.physical.Zone;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class MachineSpecReaderTest {
  @Test
  void everyPresetBootsAndIsSound() {
    for (String name : Presets.names()) {
      try (Machine machine = Machine.boot(Presets.get(name))) {
        boolean large = name.equals("huge");
        assertThat(large ? List.of() : machine.invariants()).as(name).isEmpty();
        long free = machine.memory().zones().stream().mapToLong(Zone::freePages).sum();
        assertThat(free).as(name).isPositive();
        assertThat(Presets.description(name)).isNotBlank();
      }
    }
  }

  @Test
  void theServerFallsBackToItsOtherNodeAndMovableIsCutFromNormal() {
    try (Machine server = Machine.boot(Presets.get("server"))) {
      assertThat(server.memory().nodes().get(1).zonelist(2))
          .extracting(Zone::toString)
          .containsExactly(
              "Node 1 zone Normal", "Node 0 zone Normal", "Node 0 zone DMA32", "Node 0 zone DMA");
    }
    try (Machine movable = Machine.boot(Presets.get("movable"))) {
      assertThat(movable.memory().zones().get(3).present()).isEqualTo(1L << 20);
      assertThat(movable.memory().zones().get(2).present()).isEqualTo(1L << 18);
    }
  }

  @Test
  void settingsChangeASpec() {
    MachineSpec spec =
        MachineSpecReader.with(
            Presets.get("laptop"),
            List.of("ram=8G", "cpus=2", "min_free_kbytes=4096", "percpu=off", "release=5.10"));
    long ram = spec.memory().stream().mapToLong(range -> range.end() - range.start()).sum();
    assertThat(ram).isBetween((8L << 30) - (1 << 20), 8L << 30);
    assertThat(spec.cpuNodes()).containsExactly(0, 0);
    assertThat(spec.sysctls().minFreeKbytes()).hasValue(4096);
    assertThat(spec.sysctls().percpuLists()).isFalse();
    assertThat(spec.release()).isEqualTo(new KernelRelease(5, 10));
    assertThatThrownBy(() -> MachineSpecReader.with(spec, List.of("min_fre_kbytes=1")))
        .hasMessageContaining("did you mean min_free_kbytes?");
    assertThatThrownBy(() -> MachineSpecReader.with(spec, List.of("ram")))
        .hasMessageContaining("KEY=VALUE");
  }

  @Test
  void pricesAreSetOneByOne() {
    String text = "memory 1M-1G\ncost local_ns=80 zone_lock_ns=7\ncost pcp_hit_ns=1\n";
    MachineSpec spec = MachineSpecReader.read("t", text);
    assertThat(spec.costs()).isEqualTo(new CostModel(80, 300, 1, 30, 30, 7));
    MachineSpec dearer = MachineSpecReader.with(spec, List.of("cost=local_ns:85,drain_page_ns:0"));
    assertThat(dearer.costs()).isEqualTo(new CostModel(85, 300, 1, 30, 0, 7));
    assertThat(Presets.get("laptop").costs()).isEqualTo(CostModel.DEFAULT);
    assertThatThrownBy(() -> MachineSpecReader.with(spec, List.of("cost=remote_ns:85")))
        .hasMessage(
            "--set cost=remote_ns:85: \"remote_ns\" is not a price; did you mean local_ns?");
    assertThatThrownBy(() -> MachineSpecReader.with(spec, List.of("cost=90")))
        .hasMessage("--set cost=90: \"90\" is not a price such as local_ns:90");
  }

  /** 64 lines of 90 ns in a page, at the distance's word. */
  @Test
  void remotePagesCostWhatTheirDistanceSays() {
    CostModel costs = CostModel.DEFAULT;
    assertThat(costs.firstTouchNanos(1, 12, 10)).isEqualTo(64 * 90);
    assertThat(costs.firstTouchNanos(1_000, 12, 21)).isEqualTo(1_000 * 64 * 90 * 21 / 10);
    assertThat(costs.firstTouchNanos(1, 16, 10)).isEqualTo(1_024 * 90);
    assertThat(costs.zeroingNanos(3, 25)).isEqualTo(3 * 300 * 25 / 10);
  }

  @Test
  void lowmemReserveRatiosFollowTheZonesWhereverTheyStand() {
    String zones = "zone DMA below=16M\nzone Normal\n";
    String ratios = "sysctl vm.lowmem_reserve_ratio=17,5\n";
    for (String text : List.of(zones + ratios, ratios + zones)) {
      Sysctls sysctls = MachineSpecReader.read("t", "memory 1M-1G\n" + text).sysctls();
      assertThat(sysctls.lowmemReserveRatio())
          .containsEntry(ZoneType.DMA, 17)
          .containsEntry(ZoneType.NORMAL, 5);
    }
    // As /proc/sys/vm/lowmem_reserve_ratio has them: Device too.
    String all = "memory 1M-1G\nsysctl vm.lowmem_reserve_ratio=1,2,3,4,5";
    assertThat(MachineSpecReader.read("t", all).sysctls().lowmemReserveRatio())
        .containsEntry(ZoneType.NORMAL, 3)
        .containsEntry(ZoneType.DEVICE, 5);
  }

  @Test
  void ownPartsReplaceThoseOfThePreset() {
    String text = "preset laptop\nreserved 20M-21M mine\nmemory 0-1G\ncpus 0\nzone Normal\n";
    MachineSpec spec = MachineSpecReader.read("t", text);
    assertThat(spec.memory()).containsExactly(new MemoryRange(0, 1L << 30, 0));
    assertThat(spec.reserved()).extracting(ReservedRange::name).containsExactly("mine");
    assertThat(spec.cpuNodes()).containsExactly(0);
    assertThat(spec.zones()).containsExactly(new ZoneSpec(ZoneType.NORMAL, ZoneSpec.NO_LIMIT));
    assertThat(spec.sysctls().khugepagedRaise()).isTrue();
  }

  /** What a spec must not be; {@code ;} stands for the end of a line. */
  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "memory 1M-3G; memory 2G-4G                 | t:2: | begins before the end of memory 0x100000-0xc0000000",
        "memory 3G-1G                               | t:1: | begins at 0xc0000000 and ends at 0x40000000",
        "memory 1000-1G                             | t:1: | whole pages of 4096 bytes",
        "memory 1M-1G node=1                        | t:1: | node 1, the machine has nodes 0 to 0",
        "memory 1M-1G; reserved 2G-3G x             | t:2: | is not inside one range of memory",
        "memory 1M-1G; reserved 2M-4M; reserved 3M-5M | t:3: | begins before the end of the one at 0x200000",
        "memory 1M-1G; zone DMA below=16M           | t:2: | memory reaches to 0x40000000, the last zone to 0x1000000",
        "memory 1M-1G; zone Normal; zone DMA below=16M | t:3: | zone DMA does not come before zone Normal",
        "memory 1M-1G; zone DMA below=17M; zone Normal | t:2: | not at a multiple of the pageblock's 2 MiB",
        "memory 1M-9000G                            | t:1: | above 0x7ffffc00000",
        "memory 1M-1G; max_order 21                 | t:2: | largest order 21 is not 0 to 20",
        "memory 1M-1G; pageblock_order 11           | t:2: | pageblock order 11 is not 0 to the largest order, 10",
        "memory 1M-1G; page_size 3K                 | t:2: | not a power of two",
        "memory 1M-1G; page_size 1M                 | t:2: | not 4 KiB to 64 KiB",
        "memory 1M-1G; node 64                      | t:2: | node 64 is not 0 to 63",
        "memory 1M-1G; zone DMA below=16M; zone DMA below=32M | t:3: | zone DMA is given twice, first in line 2",
        "memory 0-1T; contents none; pageblock_order 3 | t:3: | pageblock order 3 makes 33554432 pageblocks up to the end of memory, above 16777216",
        "memory 1M-1G; node 0 distance=10,20        | t:2: | has 2 distances, the machine has 1 nodes",
        "memory 1M-1G; node 0 distance=11           | t:2: | it must be 10",
        "memory 1M-1G; cpus 0-3 node=2              | t:2: | CPU 0 is on node 2, the machine has nodes 0 to 0",
        "memory 1M-1G; cpus 0-1; cpus 1-2           | t:3: | CPU 1 is given twice, first in line 2",
        "memory 1M-1G; sysctl vm.watermark_scale_factor=3001 | t:2: | watermark_scale_factor 3001 is not 1 to 3000",
        "memory 1M-1G; sysctl vm.min_free_kbytes=9999999 | t:2: | min_free_kbytes 9999999 is not 0 to the 1047552 KiB",
        "memory 1M-1G; sysctl vm.percpu_pagelist_high_fraction=7 | t:2: | percpu_pagelist_high_fraction 7 is not 0 or at least 8",
        "memory 1M-1G; sysctl vm.swappiness=1       | t:2: | did you mean vm.",
        "memory 1M-1G; sysctl vm.lowmem_reserve_ratio=256,32,0; zone Normal | t:2: | has 3 numbers, the machine 1 zones",
        "memory 1M-1G; sysctl vm.lowmem_reserve_ratio=-1 | t:2: | lowmem_reserve_ratio -1 is not 0 to 2147483647",
        "memory 1M-1G; movablecore 2G               | t:2: | movablecore 2147483648 is not 0 to the 1072693248 bytes",
        "memory 1M-1G; release 2.4                  | t:2: | release 2.4 is older than 2.6",
        "memory 1M-1G; release six                  | t:2: | is not a kernel release",
        "memory 1M-1G; max_ordre 9                  | t:2: | did you mean max_order?",
        "memory 1M-1G; max_order 99999999999        | t:2: | is not a whole number below 2^31",
        "memory 1M-1X                               | t:1: | is not a size",
        "memory 1M-1G; percpu maybe                 | t:2: | percpu is yes or no",
        "memory 1M-1G; cost local_ns=-1            | t:2: | local_ns -1 is not 0 to 100000",
        "memory 1M-1G; cost zero_page_ns=100001     | t:2: | zero_page_ns 100001 is not 0 to 100000",
        "memory 1M-1G; cost local_ns=fast           | t:2: | local_ns \"fast\" is not a whole number",
        "memory 1M-1G; cost lokal_ns=1              | t:2: | \"lokal_ns=1\" is not one of local_ns=",
        "memory 1M-1G; cost                         | t:2: | cost needs prices such as local_ns=90",
        "preset lapdog                              | t:1: | there is no preset",
        "memory 1M-1G; preset laptop                | t:2: | must be the first setting",
        "cpus 0                                     | t: | the machine has no memory",
        "memory 1M-33M node=0; node 0 distance=10,20; node 1 distance=20,10; memory 33M-64M node=1; pageblock_order 10"
            + "| t:4: | node 1's memory begins at 0x2100000 inside the pageblock in which node 0's ends",
      })
  void refusalsNameTheLineAndBothNumbers(String text, String place, String message) {
    assertThatThrownBy(() -> MachineSpecReader.read("t", text.replace(';', '\n')))
        .isInstanceOf(SpecException.class)
        .hasMessageStartingWith(place)
        .hasMessageContaining(message);
  }
}
