package dev.quarry.physical;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.quarry.kernel.Machine;
import dev.quarry.machine.ZoneType;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** Which zones of which nodes a request may have, and in which order it tries them. */
class ZoneChoiceTest {
  private static final String[] RING = {
    "node 0 distance=10,16,22,16",
    "node 1 distance=16,10,16,22",
    "node 2 distance=22,16,10,16",
    "node 3 distance=16,22,16,10",
    "memory 0-32M node=0",
    "memory 32M-64M node=1",
    "memory 64M-96M node=2",
    "memory 96M-128M node=3",
    "zone Normal",
    "percpu no",
  };

  private static Machine ring(String... more) {
    List<String> lines = new ArrayList<>(List.of(RING));
    lines.addAll(List.of(more));
    return TestMachines.of(lines.toArray(String[]::new));
  }

  private static List<Integer> nodeOrder(Machine machine, int node) {
    return machine.memory().nodes().get(node).zonelist(0).stream()
        .map(zone -> zone.node().id())
        .toList();
  }

  /** By hand after find_next_best_node(): equal distances take turns, higher numbers first. */
  @Test
  void theNearestNodeComesFirstAndNeighboursTakeTurns() {
    try (Machine machine =
        ring("cpus 0 node=0", "cpus 1 node=1", "cpus 2 node=2", "cpus 3 node=3")) {
      assertThat(nodeOrder(machine, 0)).containsExactly(0, 1, 3, 2);
      assertThat(nodeOrder(machine, 1)).containsExactly(1, 2, 0, 3);
      assertThat(nodeOrder(machine, 2)).containsExactly(2, 3, 1, 0);
      assertThat(nodeOrder(machine, 3)).containsExactly(3, 0, 2, 1);
    }
  }

  @Test
  void ofTwoNeighboursTheOneWithoutCpusComesFirst() {
    try (Machine machine = ring("cpus 0 node=0", "cpus 1 node=1", "cpus 2 node=2")) {
      assertThat(nodeOrder(machine, 0)).containsExactly(0, 3, 1, 2);
    }
  }

  @Test
  void aNodeWithoutMemoryIsInNoListAndItsCpusUseTheNearest() {
    try (Machine machine =
        TestMachines.of(
            "node 0 distance=10,20,12",
            "node 1 distance=20,10,30",
            "node 2 distance=12,30,10",
            "cpus 0 node=2",
            "memory 0-32M node=0",
            "memory 32M-64M node=1",
            "zone Normal")) {
      assertThat(nodeOrder(machine, 2)).containsExactly(0, 1);
      assertThat(machine.allocator().allocPages(machine.cpu(0), Gfp.GFP_KERNEL, 0))
          .isLessThan(8192);
      int here = Gfp.GFP_KERNEL | Gfp.THISNODE | Gfp.NOWARN;
      assertThat(machine.allocator().allocPages(machine.cpu(0), here, 0)).isEqualTo(Pfn.NONE);
      assertThat(machine.invariants()).isEmpty();
    }
  }

  @Test
  void dmaRequestsNeverGetNormal() {
    try (Machine machine =
        TestMachines.of("memory 0-64M", "zone DMA below=16M", "zone Normal", "percpu no")) {
      Zone normal = machine.memory().zones().getLast();
      long blocks = 0;
      int gfp = Gfp.GFP_ATOMIC | Gfp.DMA | Gfp.MEMALLOC | Gfp.NOWARN;
      for (int pfn = 0; pfn != Pfn.NONE; blocks++) {
        pfn = machine.allocator().allocPages(machine.cpu(0), gfp, 0);
        assertThat(pfn).isLessThan(4096);
      }
      assertThat(blocks - 1).isEqualTo(4096);
      assertThat(normal.freePages()).isEqualTo(normal.managed());
    }
  }

  @Test
  void highMemIsTakenBeforeNormalAndNormalBeforeDma() {
    try (Machine machine =
        TestMachines.of(
            "memory 0-96M",
            "zone DMA below=16M",
            "zone Normal below=64M",
            "zone HighMem",
            "percpu no",
            "sysctl vm.lowmem_reserve_ratio=0,0,0")) {
      assertThat(orderOfZones(machine, Gfp.GFP_HIGHUSER))
          .containsExactly(ZoneType.HIGHMEM, ZoneType.NORMAL, ZoneType.DMA);
    }
    try (Machine machine =
        TestMachines.of("memory 0-96M", "zone Normal below=64M", "zone HighMem", "percpu no")) {
      assertThat(orderOfZones(machine, Gfp.GFP_KERNEL)).containsExactly(ZoneType.NORMAL);
    }
  }

  /** The types of the zones that serve requests until all refuse, in the order of their first. */
  private static List<ZoneType> orderOfZones(Machine machine, int gfp) {
    Set<ZoneType> types = new LinkedHashSet<>();
    while (true) {
      int pfn = machine.allocator().allocPages(machine.cpu(0), gfp | Gfp.NOWARN, 0);
      if (pfn == Pfn.NONE) {
        return List.copyOf(types);
      }
      types.add(Objects.requireNonNull(machine.memory().zoneOf(pfn)).type());
    }
  }

  @Test
  void thisNodeStaysAndANodemaskIsKept() {
    try (Machine machine =
        ring("cpus 0 node=0", "cpus 1 node=1", "cpus 2 node=2", "cpus 3 node=3")) {
      int here = Gfp.GFP_KERNEL | Gfp.THISNODE | Gfp.NOWARN;
      assertThat(nodesOfAll(machine, 1, Request.ALL_NODES, here)).containsExactly(1);
      long twoAndThree = 1 << 2 | 1 << 3;
      assertThat(nodesOfAll(machine, 0, twoAndThree, Gfp.GFP_KERNEL | Gfp.NOWARN))
          .containsExactly(3, 2);
      // Atomic requests belong to the system: a nodemask does not bind them when they would fail.
      assertThat(nodesOfAll(machine, 0, 1 << 3, Gfp.GFP_ATOMIC | Gfp.NOWARN))
          .containsExactly(3, 0, 1, 2);
    }
  }

  private static List<Integer> nodesOfAll(Machine machine, int node, long mask, int gfp) {
    List<Integer> nodes = new ArrayList<>();
    while (true) {
      int pfn = machine.allocator().allocPagesNode(machine.cpu(0), node, mask, gfp, 0, new Trail());
      if (pfn == Pfn.NONE) {
        return nodes.stream().distinct().toList();
      }
      nodes.add(pfn / 8192);
    }
  }

  @Test
  void whereAPageCameFromIsCounted() {
    try (Machine machine = ring("cpus 0 node=0")) {
      List<Node> nodes = machine.memory().nodes();
      PageAllocator allocator = machine.allocator();
      allocator.allocPages(machine.cpu(0), Gfp.GFP_KERNEL, 0);
      allocator.allocPagesNode(
          machine.cpu(0), 2, Request.ALL_NODES, Gfp.GFP_KERNEL, 0, new Trail());
      int blocks = 0;
      while (allocator.allocPages(machine.cpu(0), Gfp.GFP_KERNEL, 10) < 8192) {
        blocks++;
      }
      PerCpuPages local = nodes.get(0).zone(0).pcp(0);
      assertThat(local.numaHit()).isEqualTo(1 + blocks);
      assertThat(local.numaLocal()).isEqualTo(1 + blocks);
      assertThat(local.numaForeign()).isEqualTo(1);
      PerCpuPages wished = nodes.get(2).zone(0).pcp(0);
      assertThat(wished.numaHit()).isEqualTo(1);
      assertThat(wished.numaOther()).isEqualTo(1);
      PerCpuPages spilled = nodes.get(nodeOrder(machine, 0).get(1)).zone(0).pcp(0);
      assertThat(spilled.numaMiss()).isEqualTo(1);
      assertThat(spilled.numaOther()).isEqualTo(1);
      assertThat(spilled.numaHit()).isZero();
    }
  }

  @Test
  void aNodeThatIsNotThereIsRefusedWithBothNumbers() {
    try (Machine machine = ring("cpus 0 node=0")) {
      for (int node : List.of(-1, 4)) {
        assertThatThrownBy(() ->
                machine
                    .allocator()
                    .allocPagesNode(
                        machine.cpu(0), node, Request.ALL_NODES, Gfp.GFP_KERNEL, 0, null))
            .isInstanceOf(IllegalArgumentException.class)
            .hasMessageContaining("node " + node + " is not one of the machine's 4, 0 to 3");
      }
      int none = machine.allocator().allocPagesNode(machine.cpu(0), 0, 0, Gfp.GFP_KERNEL, 0, null);
      assertThat(none).isEqualTo(Pfn.NONE);
    }
  }
}
