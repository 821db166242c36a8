package dev.quarry.physical;

import static org.assertj.core.api.Assertions.assertThat;

import dev.quarry.kernel.Machine;
import dev.quarry.machine.Cpu;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Thousands of requests by changing policies on random machines whose nodes fill up and empty
 * again: each must come from the node that {@link PolicyModel} says, and the counters must be its
 * own.
 */
final class MemPolicyModelTest {
  private static final List<String> MODES =
      List.of("default", "local", "bind", "preferred", "preferred_many", "interleave", "weighted");
  private static final int STEPS = 8_000;

  private final List<Integer> held = new ArrayList<>();
  private long allocated;
  private long failed;

  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3, 4, 5, 6, 7, 8})
  void everyPageComesFromTheNodeThatTheModelNames(long seed) {
    Random random = new Random(seed);
    int nodes = 2 + random.nextInt(4);
    int[][] distances = new int[nodes][nodes];
    int[] pages = new int[nodes];
    boolean[] hasMemory = new boolean[nodes];
    boolean[] hasCpus = new boolean[nodes];
    List<Integer> cpus = new ArrayList<>();
    for (int node = 0; node < nodes; node++) {
      for (int to = 0; to < nodes; to++) {
        distances[node][to] = to == node ? 10 : 11 + random.nextInt(30);
      }
      pages[node] = node < 2 || random.nextInt(4) > 0 ? 32 * (4 + random.nextInt(9)) : 0;
      hasMemory[node] = pages[node] > 0;
      cpus.add(random.nextInt(nodes));
    }
    cpus.forEach(node -> hasCpus[node] = true);
    try (Machine machine = NumaMachines.boot(distances, pages, cpus, false)) {
      PolicyModel model = model(machine, FallbackOrderModel.orders(distances, hasMemory, hasCpus));
      run(machine, model, random, seed);
      assertCounters(machine, model, seed);
      assertThat(machine.invariants()).isEmpty();
      assertThat(failed).as("seed %d: requests that failed", seed).isPositive();
    }
  }

  private static PolicyModel model(Machine machine, List<List<Integer>> orders) {
    int nodes = machine.memory().nodes().size();
    long[] free = new long[nodes];
    long[] low = new long[nodes];
    long[] min = new long[nodes];
    for (int node = 0; node < nodes; node++) {
      Zone zone = NumaMachines.zone(machine, node);
      free[node] = zone.managed();
      low[node] = zone.mark(Zone.LOW);
      min[node] = zone.mark(Zone.MIN);
    }
    return new PolicyModel(free, low, min, orders);
  }

  private void run(Machine machine, PolicyModel model, Random random, long seed) {
    PolicyState task = new PolicyState();
    for (int step = 0; step < STEPS; step++) {
      boolean filling = step % 2_000 < 1_400;
      int dice = random.nextInt(1_000);
      if (dice < 8) {
        changePolicy(machine, task, model, random);
      } else if (dice < 12) {
        int node = random.nextInt(model.machineWeights.length);
        int weight = 1 + random.nextInt(5);
        machine.policies().weight(node, weight);
        model.machineWeights[node] = weight;
      } else if (dice < (filling ? 950 : 300)) {
        allocate(machine, task, model, random, "seed " + seed + ", step " + step);
      } else if (!held.isEmpty()) {
        int pfn = held.remove(random.nextInt(held.size()));
        model.free[NumaMachines.nodeOf(machine, pfn)]++;
        assertThat(machine.allocator().freePage(machine.cpu(0), pfn)).isTrue();
      }
    }
  }

  private void allocate(
      Machine machine, PolicyState task, PolicyModel model, Random random, String what) {
    Cpu cpu = machine.cpu(random.nextInt(machine.cpus().size()));
    boolean atomic = random.nextInt(4) == 0;
    int gfp = (atomic ? Gfp.GFP_ATOMIC : Gfp.GFP_HIGHUSER_MOVABLE) | Gfp.NOWARN;
    int index = random.nextInt(10_000);
    boolean ofArea = random.nextInt(3) == 0;
    int expected =
        ofArea ? model.allocateAt(cpu.node(), index, atomic) : model.allocate(cpu.node(), atomic);
    int pfn =
        ofArea
            ? machine.policies().folioAllocMpol(cpu, task.policy(), index, gfp, 0, null)
            : machine.policies().allocPages(cpu, task, gfp, 0, null);
    int node = pfn == Pfn.NONE ? PolicyModel.NOWHERE : NumaMachines.nodeOf(machine, pfn);
    if (node != expected) {
      throw new AssertionError(
          what
              + ", policy "
              + task.policy()
              + ", atomic "
              + atomic
              + ", area "
              + ofArea
              + ", index "
              + index
              + ", "
              + cpu
              + ": node "
              + node
              + ", the model says "
              + expected);
    }
    if (pfn == Pfn.NONE) {
      failed++;
    } else {
      held.add(pfn);
      allocated++;
    }
  }

  private static void changePolicy(
      Machine machine, PolicyState task, PolicyModel model, Random random) {
    String mode = MODES.get(random.nextInt(MODES.size()));
    Set<Integer> nodes = new TreeSet<>(machine.policies().nodesWithMemory().toList());
    nodes.removeIf(node -> random.nextBoolean());
    if (nodes.isEmpty()) {
      nodes.add(0);
    }
    Map<Integer, Integer> weights = new TreeMap<>();
    if (mode.equals("weighted")) {
      for (int node : nodes) {
        if (random.nextBoolean()) {
          weights.put(node, 1 + random.nextInt(6));
        }
      }
    }
    if (mode.equals("preferred")) {
      nodes = Set.of(nodes.iterator().next());
    }
    String text =
        mode.equals("default") || mode.equals("local") ? mode : mode + ":" + list(nodes, weights);
    machine.policies().setMempolicy(task, machine.policies().parse(text));
    model.set(mode, nodes, weights);
  }

  private static String list(Set<Integer> nodes, Map<Integer, Integer> weights) {
    return String.join(
        ",",
        nodes.stream()
            .map(node -> weights.containsKey(node) ? node + "=" + weights.get(node) : "" + node)
            .toList());
  }

  private void assertCounters(Machine machine, PolicyModel model, long seed) {
    PolicyModel.Counts sum = new PolicyModel.Counts();
    for (int node = 0; node < machine.memory().nodes().size(); node++) {
      PolicyModel.Counts counts = NumaCounts.of(machine, node);
      assertThat(counts)
          .as("seed %d, node %d", seed, node)
          .hasToString(model.counts[node].toString());
      assertThat(counts.interleaveHit).isLessThanOrEqualTo(counts.hit);
      assertThat(counts.local + counts.other).isEqualTo(counts.hit + counts.miss);
      sum.hit += counts.hit;
      sum.miss += counts.miss;
      sum.foreign += counts.foreign;
      sum.interleaveHit += counts.interleaveHit;
    }
    assertThat(sum.hit + sum.miss).isEqualTo(allocated);
    assertThat(sum.foreign).isEqualTo(sum.miss);
    assertThat(sum.miss).as("seed %d: nodes filled up", seed).isPositive();
    assertThat(sum.interleaveHit).isPositive();
  }
}
