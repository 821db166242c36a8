package dev.quarry.physical;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.quarry.kernel.Machine;
import dev.quarry.machine.Cpu;
import dev.quarry.machine.MachineSpecReader;
import dev.quarry.machine.Presets;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Single rules of memory policies, on machines made for them. */
final class MemPolicyTest {
  private static final int USER = Gfp.GFP_HIGHUSER_MOVABLE | Gfp.NOWARN;

  /** Two nodes of 1,024 pages, three CPUs: on node 0, on node 1, and on node 2 without memory. */
  private static Machine small() {
    int[][] distances = {{10, 20, 30}, {20, 10, 21}, {30, 21, 10}};
    return NumaMachines.boot(distances, new int[] {1024, 1024, 0}, List.of(0, 1, 2), false);
  }

  private static PolicyState task(Machine machine, String policy) {
    PolicyState task = new PolicyState();
    machine.policies().setMempolicy(task, machine.policies().parse(policy));
    return task;
  }

  private static int nodeOf(Machine machine, Cpu cpu, PolicyState task, int gfp, int order) {
    int pfn = machine.policies().allocPages(cpu, task, gfp, order, null);
    return pfn == Pfn.NONE ? -1 : NumaMachines.nodeOf(machine, pfn);
  }

  private static void fill(Machine machine, int node, int order) {
    int gfp = Gfp.GFP_KERNEL | Gfp.THISNODE | Gfp.NOWARN;
    int pfn;
    do {
      pfn = machine.allocator().allocPagesNode(machine.cpu(0), node, -1L, gfp, order, null);
    } while (pfn != Pfn.NONE);
  }

  @Test
  void aNodeWithoutMemoryIsServedByTheNearestOne() {
    try (Machine machine = small()) {
      assertThat(nodeOf(machine, machine.cpu(2), new PolicyState(), USER, 0)).isEqualTo(1);
      PolicyModel.Counts counts = NumaCounts.of(machine, 1);
      // As wished, for the wish was node 2's list, which begins with node 1; and not local.
      assertThat(counts).hasToString("hit 1 miss 0 foreign 0 interleave_hit 0 local 0 other 1");
    }
  }

  @Test
  void nodesWithoutMemoryAreLeftOutOfAPolicy() {
    try (Machine machine = small()) {
      assertThat(task(machine, "interleave:0-2").policy()).hasToString("interleave:0-1");
      assertThat(task(machine, "weighted:1=3,2=7").policy()).hasToString("weighted:1=3");
      PolicyState task = task(machine, "bind:1");
      assertThatThrownBy(() -> machine.policies().setMempolicy(task, new MemPolicy.Preferred(2)))
          .isInstanceOf(PolicyException.class)
          .hasMessage("policy preferred:2: there is no memory on node 2, only on 0-1");
      assertThatThrownBy(() -> machine.policies().setMempolicy(task, new MemPolicy.Preferred(3)))
          .isInstanceOf(PolicyException.class)
          .hasMessage("policy preferred:3: node 3 is not one of the machine's 3 nodes, 0 to 2");
      assertThat(task.policy()).hasToString("bind:1");
    }
  }

  @Test
  void boundRequestsFailRatherThanLeave() {
    try (Machine machine = small()) {
      fill(machine, 1, 0);
      PolicyState task = task(machine, "bind:1");
      assertThat(nodeOf(machine, machine.cpu(1), task, USER, 0)).isEqualTo(-1);
      assertThat(nodeOf(machine, machine.cpu(1), task(machine, "preferred:1"), USER, 0)).isZero();
      // Atomic requests are for the system: from the reserve first, then from anywhere.
      int atomic = Gfp.GFP_ATOMIC | Gfp.NOWARN;
      assertThat(nodeOf(machine, machine.cpu(1), task, atomic, 0)).isEqualTo(1);
      while (nodeOf(machine, machine.cpu(1), task, atomic, 0) == 1) {
        // until node 1's reserve is used up
      }
      // Two requests left node 1: the one that prefers it, and the last atomic one.
      assertThat(NumaCounts.of(machine, 0).miss).isEqualTo(2);
      assertThat(NumaCounts.of(machine, 1).foreign).isEqualTo(2);
    }
  }

  @Test
  void thisNodeIsStrongerThanATasksPolicy() {
    try (Machine machine = small()) {
      PolicyState task = task(machine, "interleave:0,1");
      List<Integer> nodes = new ArrayList<>();
      for (int i = 0; i < 4; i++) {
        int gfp = i == 1 || i == 2 ? USER | Gfp.THISNODE : USER;
        nodes.add(nodeOf(machine, machine.cpu(1), task, gfp, 0));
      }
      assertThat(nodes).containsExactly(0, 1, 1, 1);
      assertThat(NumaCounts.of(machine, 1).interleaveHit).isEqualTo(1);
    }
  }

  @Test
  void aNewPolicyBeginsAnewAndAChildGoesOn() {
    try (Machine machine = small()) {
      Cpu cpu = machine.cpu(0);
      PolicyState task = task(machine, "weighted:0=2,1=2");
      assertThat(nodeOf(machine, cpu, task, USER, 0)).isZero();
      PolicyState child = task.fork();
      assertThat(nodeOf(machine, cpu, task, USER, 0)).isZero();
      assertThat(nodeOf(machine, cpu, task, USER, 0)).isEqualTo(1);
      assertThat(nodeOf(machine, cpu, child, USER, 0)).isZero();
      assertThat(nodeOf(machine, cpu, child, USER, 0)).isEqualTo(1);
      machine.policies().setMempolicy(task, machine.policies().parse("interleave:0,1"));
      assertThat(nodeOf(machine, cpu, task, USER, 0)).isZero();
    }
  }

  @Test
  void aMachinesWeightCountsFromTheNextTurnOn() {
    try (Machine machine = small()) {
      PolicyState task = task(machine, "weighted");
      machine.policies().weight(0, 3);
      List<Integer> nodes = new ArrayList<>();
      for (int i = 0; i < 8; i++) {
        if (i == 1) {
          machine.policies().weight(0, 1); // node 0 is in its turn of three
        }
        nodes.add(nodeOf(machine, machine.cpu(1), task, USER, 0));
      }
      assertThat(nodes).containsExactly(0, 0, 0, 1, 0, 1, 0, 1);
      assertThatThrownBy(() -> machine.policies().weight(0, 0))
          .hasMessage("weight 0 of node 0 is not 1 to 255");
      assertThatThrownBy(() -> machine.policies().weight(3, 1))
          .hasMessage("node 3 is not one of the machine's 3 nodes, 0 to 2");
    }
  }

  /** Huge pages of an area: near or not at all, unless the request may wait. */
  @Test
  void hugePagesStayNearWhereTheyCan() {
    try (Machine machine = small()) {
      int huge = NumaMachines.PAGEBLOCK_ORDER;
      fill(machine, 0, huge);
      PolicyAllocator policies = machine.policies();
      Cpu cpu = machine.cpu(0);
      MemPolicy local = new MemPolicy.Local();
      int light = Gfp.GFP_TRANSHUGE_LIGHT;
      assertThat(policies.folioAllocMpol(cpu, local, 0, light, huge, null)).isEqualTo(Pfn.NONE);
      MemPolicy bind0 = policies.parse("bind:0,1");
      assertThat(policies.folioAllocMpol(cpu, bind0, 0, light, huge, null)).isEqualTo(Pfn.NONE);
      int waits = Gfp.GFP_TRANSHUGE;
      int pfn = policies.folioAllocMpol(cpu, local, 0, waits, huge, null);
      assertThat(NumaMachines.nodeOf(machine, pfn)).isEqualTo(1);
      // Interleaving, preferred_many, and a policy without the CPU's node go the usual way.
      for (String policy : List.of("interleave:0", "preferred_many:0", "bind:1")) {
        pfn = policies.folioAllocMpol(cpu, policies.parse(policy), 0, light, huge, null);
        assertThat(NumaMachines.nodeOf(machine, pfn)).as(policy).isEqualTo(1);
      }
      // A task's own request of this order is not one of an area.
      assertThat(nodeOf(machine, cpu, new PolicyState(), light, huge)).isEqualTo(1);
    }
  }

  /** The requests that a policy binds are those for the highest zone that the machine has. */
  @Test
  void lowerZonesAreNotBound() {
    try (Machine machine =
        Machine.boot(
            MachineSpecReader.with(
                Presets.get("server"), List.of("ram=8G", "contents=none", "movablecore=0")))) {
      PolicyState task = task(machine, "bind:1");
      Cpu cpu = machine.cpu(0);
      assertThat(nodeOf(machine, cpu, task, Gfp.GFP_KERNEL, 0)).isEqualTo(1);
      // DMA and DMA32 are on node 0 only; for the kernel these requests are below policy_zone.
      assertThat(nodeOf(machine, cpu, task, Gfp.GFP_KERNEL | Gfp.DMA32, 0)).isZero();
      assertThat(nodeOf(machine, cpu, task, Gfp.GFP_KERNEL | Gfp.DMA, 0)).isZero();
    }
  }

  @Test
  void requestsForLowmemAreNotBoundWhereThereIsHighMem() {
    String spec =
        """
        node 0 distance=10,20
        node 1 distance=20,10
        cpus 0 node=0
        memory 0-512M node=0
        memory 512M-2G node=1
        zone DMA below=16M
        zone Normal below=896M
        zone HighMem
        zone Movable
        contents none
        """;
    try (Machine machine = Machine.boot(MachineSpecReader.read("two nodes", spec))) {
      PolicyState task = task(machine, "bind:1");
      assertThat(nodeOf(machine, machine.cpu(0), task, Gfp.GFP_KERNEL, 0)).isZero();
      assertThat(nodeOf(machine, machine.cpu(0), task, Gfp.GFP_HIGHUSER, 0)).isEqualTo(1);
      assertThat(nodeOf(machine, machine.cpu(0), task, USER, 0)).isEqualTo(1);
    }
  }

  /** The first of its two tries neither waits nor reports; the second does both. */
  @Test
  void preferredManyDoesNotReclaimForItsNodes() {
    try (Machine machine = small()) {
      fill(machine, 1, 0);
      List<String> reclaims = new ArrayList<>();
      PageAllocator allocator = new PageAllocator(machine.memory(), recording(reclaims));
      PolicyAllocator policies = new PolicyAllocator(machine.memory(), allocator);
      PolicyState task = new PolicyState();
      policies.setMempolicy(task, policies.parse("preferred_many:1"));
      Cpu cpu = machine.cpu(0);
      int before = machine.log().lines().size();

      int pfn = policies.allocPages(cpu, task, Gfp.GFP_USER | Gfp.NOFAIL, 0, null);

      assertThat(NumaMachines.nodeOf(machine, pfn)).isZero();
      assertThat(reclaims).isEmpty();
      assertThat(machine.log().lines()).hasSize(before);
      fill(machine, 0, 0);
      assertThat(policies.allocPages(cpu, task, Gfp.GFP_USER, 0, null)).isEqualTo(Pfn.NONE);
      assertThat(reclaims).containsOnly("Node 0 zone Normal");
      assertThat(machine.log().lines()).hasSizeGreaterThan(before);
    }
  }

  private static Reclaimer recording(List<String> reclaims) {
    return new Reclaimer() {
      @Override
      public void wakeKswapd(Zone zone, int gfp, int order, int highestZone) {}

      @Override
      public boolean isKswapdRunning(Node node) {
        return false;
      }

      @Override
      public long reclaim(ReclaimRequest request) {
        reclaims.add(request.zonelist().getFirst().toString());
        return 0;
      }

      @Override
      public Compacted compact(ReclaimRequest request, CompactPriority priority, int allocFlags) {
        return Compacted.SKIPPED;
      }
    };
  }

  @Test
  void theIndexOfAPageIsItsPlaceInTheFile() {
    try (Machine machine = small()) {
      PolicyAllocator policies = machine.policies();
      assertThat(policies.interleaveIndex(7, 3 * 4096 + 17, 0)).isEqualTo(10);
      assertThat(policies.interleaveIndex(512, 4 << 20, 9)).isEqualTo(3);
      MemPolicy turns = policies.parse("interleave:0,1");
      for (long index : new long[] {0, 1, 2, 3, -1L, -2L}) {
        int pfn = policies.folioAllocMpol(machine.cpu(0), turns, index, USER, 0, null);
        assertThat(NumaMachines.nodeOf(machine, pfn))
            .as("index %s", Long.toUnsignedString(index))
            .isEqualTo((int) (index & 1));
      }
    }
  }

  @Test
  void theTrailNamesThePolicy() {
    try (Machine machine = small()) {
      fill(machine, 1, 0);
      Trail trail = new Trail();
      PolicyState task = task(machine, "preferred_many:1");
      machine.policies().allocPages(machine.cpu(0), task, USER, 0, trail);
      assertThat(trail.render())
          .contains("policy preferred_many:1: begins at node 0")
          .contains("Node 0 zone Normal: skipped, its node is not allowed")
          .contains("its nodes had nothing; begins again, with all nodes, at node 0");
    }
  }
}
