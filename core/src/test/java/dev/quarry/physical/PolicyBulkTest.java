package dev.quarry.physical;

import static org.assertj.core.api.Assertions.assertThat;

import dev.quarry.kernel.Machine;
import dev.quarry.machine.Cpu;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Many pages at once: how they are spread, and where the task goes on afterwards. */
final class PolicyBulkTest {
  private static final int NODES = 4;
  private static final int NODE_PAGES = 8_192;
  private static final int GFP = Gfp.GFP_HIGHUSER_MOVABLE;

  private static Machine boot() {
    int[] pages = new int[NODES];
    Arrays.fill(pages, NODE_PAGES);
    return NumaMachines.boot(
        NumaMachines.evenDistances(NODES, 20), pages, List.of(0, 1, 2, 3), true);
  }

  /** By weights, a bulk request is as many single ones, wherever in a turn it begins and ends. */
  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3, 4, 5, 6})
  void weightedBulkIsAsManySingleRequests(long seed) {
    Random random = new Random(seed);
    try (Machine machine = boot()) {
      PolicyModel model = unlimited();
      PolicyState task = new PolicyState();
      machine.policies().setMempolicy(task, machine.policies().parse("weighted:0=3,1=1,3=5"));
      model.set("weighted", Set.of(0, 1, 3), Map.of(0, 3, 1, 1, 3, 5));
      for (int round = 0; round < 300; round++) {
        int[] pfns = new int[random.nextInt(25)];
        int[] expected = new int[NODES];
        for (int i = 0; i < pfns.length; i++) {
          expected[model.allocate(0, false)]++;
        }
        boolean bulk = random.nextBoolean();
        allocate(machine, task, pfns, bulk);
        assertThat(byNode(machine, pfns, pfns.length))
            .as("seed %d, round %d, %d pages, bulk %s", seed, round, pfns.length, bulk)
            .isEqualTo(expected);
        free(machine, pfns);
      }
      assertThat(machine.invariants()).isEmpty();
    }
  }

  private static void allocate(Machine machine, PolicyState task, int[] pfns, boolean bulk) {
    Cpu cpu = machine.cpu(0);
    if (bulk) {
      assertThat(machine.policies().allocPagesBulk(cpu, task, GFP, pfns)).isEqualTo(pfns.length);
      return;
    }
    for (int i = 0; i < pfns.length; i++) {
      pfns[i] = machine.policies().allocPages(cpu, task, GFP, 0, null);
    }
  }

  /** Without weights every node takes one turn of the whole, so that the next turn stays. */
  @Test
  void interleavedBulkGivesTheFirstInTurnTheOddPages() {
    try (Machine machine = boot()) {
      PolicyState task = new PolicyState();
      machine.policies().setMempolicy(task, machine.policies().parse("interleave:0-2"));
      int one = machine.policies().allocPages(machine.cpu(3), task, GFP, 0, null);
      assertThat(NumaMachines.nodeOf(machine, one)).isZero();

      int[] pfns = new int[11];
      assertThat(machine.policies().allocPagesBulk(machine.cpu(3), task, GFP, pfns)).isEqualTo(11);

      // Node 1 is next, then 2, then 0.
      assertThat(byNode(machine, pfns, 11)).containsExactly(3, 4, 4, 0);
      int next = machine.policies().allocPages(machine.cpu(3), task, GFP, 0, null);
      assertThat(NumaMachines.nodeOf(machine, next)).isEqualTo(1);
      assertThat(NumaCounts.of(machine, 1).interleaveHit).isEqualTo(1);
      assertThat(NumaCounts.of(machine, 1).hit).isEqualTo(5);
    }
  }

  @Test
  void aFullNodesShareIsOnePageFromElsewhere() {
    try (Machine machine = boot()) {
      fill(machine, 0);
      PolicyState task = new PolicyState();
      machine.policies().setMempolicy(task, machine.policies().parse("interleave:0,1"));
      int[] pfns = new int[20];

      int got = machine.policies().allocPagesBulk(machine.cpu(2), task, GFP, pfns);

      assertThat(got).isEqualTo(11);
      assertThat(byNode(machine, pfns, got)).containsExactly(0, 11, 0, 0);
    }
  }

  @Test
  void preferredManyFillsUpFromAllNodes() {
    try (Machine machine = boot()) {
      fill(machine, 2);
      PolicyState task = new PolicyState();
      int[] pfns = new int[64];
      machine.policies().setMempolicy(task, machine.policies().parse("preferred_many:2"));

      int got = machine.policies().allocPagesBulk(machine.cpu(1), task, GFP, pfns);

      // One page from below node 2's low mark, the others near the CPU.
      assertThat(byNode(machine, pfns, got)).containsExactly(0, 63, 1, 0);
    }
  }

  @Test
  void boundBulkStaysOnItsNodes() {
    try (Machine machine = boot()) {
      PolicyState task = new PolicyState();
      int[] pfns = new int[100];
      machine.policies().setMempolicy(task, machine.policies().parse("bind:1,3"));
      int got = machine.policies().allocPagesBulk(machine.cpu(3), task, GFP, pfns);
      assertThat(byNode(machine, pfns, got)).containsExactly(0, 0, 0, 100);
      free(machine, pfns);
      got = machine.policies().allocPagesBulk(machine.cpu(0), task, GFP, pfns);
      assertThat(byNode(machine, pfns, got)).containsExactly(0, 100, 0, 0);
    }
  }

  /** Takes a node down to its low mark. */
  private static void fill(Machine machine, int node) {
    Zone zone = NumaMachines.zone(machine, node);
    int gfp = GFP | Gfp.THISNODE | Gfp.NOWARN;
    while (zone.freePages() > zone.mark(Zone.LOW)) {
      machine.allocator().allocPagesNode(machine.cpu(0), node, -1L, gfp, 0, null);
    }
    machine.allocator().drainAllPages();
    while (zone.freePages() > zone.mark(Zone.LOW)) {
      machine.allocator().allocPagesNode(machine.cpu(0), node, -1L, gfp, 0, null);
      machine.allocator().drainAllPages();
    }
  }

  private static PolicyModel unlimited() {
    long[] free = new long[NODES];
    Arrays.fill(free, Long.MAX_VALUE / 2);
    boolean[] all = new boolean[NODES];
    Arrays.fill(all, true);
    return new PolicyModel(
        free,
        new long[NODES],
        new long[NODES],
        FallbackOrderModel.orders(NumaMachines.evenDistances(NODES, 20), all, all));
  }

  private static int[] byNode(Machine machine, int[] pfns, int got) {
    int[] counts = new int[NODES];
    for (int i = 0; i < got; i++) {
      counts[NumaMachines.nodeOf(machine, pfns[i])]++;
    }
    assertThat(Arrays.stream(pfns).limit(got).distinct().count()).isEqualTo(got);
    return counts;
  }

  private static void free(Machine machine, int[] pfns) {
    for (int pfn : pfns) {
      machine.allocator().freePage(machine.cpu(0), pfn);
    }
  }
}
