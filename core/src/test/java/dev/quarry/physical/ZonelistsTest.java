package dev.quarry.physical;

import static org.assertj.core.api.Assertions.assertThat;

import dev.quarry.kernel.Machine;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** The order in which requests look for memory on other nodes. */
final class ZonelistsTest {
  /** What a kernel with the accumulated load (since 5.16) prints for two groups of four nodes. */
  @Test
  void groupsTakeTurns() {
    int[][] distances = new int[8][8];
    for (int from = 0; from < 8; from++) {
      for (int to = 0; to < 8; to++) {
        distances[from][to] = from == to ? 10 : from / 4 == to / 4 ? 12 : 32;
      }
    }
    assertThat(orders(distances, pages(8), List.of(0, 1, 2, 3, 4, 5, 6, 7)))
        .containsExactly(
            List.of(0, 1, 2, 3, 4, 5, 6, 7),
            List.of(1, 2, 3, 0, 5, 6, 7, 4),
            List.of(2, 3, 0, 1, 6, 7, 4, 5),
            List.of(3, 0, 1, 2, 7, 4, 5, 6),
            List.of(4, 5, 6, 7, 0, 1, 2, 3),
            List.of(5, 6, 7, 4, 1, 2, 3, 0),
            List.of(6, 7, 4, 5, 2, 3, 0, 1),
            List.of(7, 4, 5, 6, 3, 0, 1, 2));
  }

  /** What a kernel prints after a node without CPUs was added to two nodes with them. */
  @Test
  void nodesWithoutCpusComeFirst() {
    assertThat(orders(NumaMachines.evenDistances(3, 20), pages(3), List.of(0, 0, 1, 1)))
        .containsExactly(List.of(0, 2, 1), List.of(1, 2, 0), List.of(2, 0, 1));
  }

  @Test
  void nodesWithoutMemoryAreInNoList() {
    int[] pages = {0, 1024, 0, 1024};
    assertThat(orders(NumaMachines.evenDistances(4, 20), pages, List.of(0, 1, 2, 3)))
        .containsExactly(List.of(1, 3), List.of(1, 3), List.of(3, 1), List.of(3, 1));
  }

  @Test
  void distancesAreReadFromTheOwnRow() {
    int[][] distances = {{10, 40, 20}, {20, 10, 40}, {40, 20, 10}};
    assertThat(orders(distances, pages(3), List.of(0, 1, 2)))
        .containsExactly(List.of(0, 2, 1), List.of(1, 0, 2), List.of(2, 1, 0));
  }

  @Test
  void everyMachineFollowsTheModel() {
    long seed = 20_260;
    Random random = new Random(seed);
    for (int round = 0; round < 300; round++) {
      int nodes = 1 + random.nextInt(7);
      int[][] distances = new int[nodes][nodes];
      int[] pages = new int[nodes];
      boolean[] hasMemory = new boolean[nodes];
      boolean[] hasCpus = new boolean[nodes];
      for (int node = 0; node < nodes; node++) {
        for (int to = 0; to < nodes; to++) {
          distances[node][to] = to == node ? 10 : 11 + random.nextInt(3) * random.nextInt(2);
        }
        pages[node] = node == 0 || random.nextInt(3) > 0 ? 64 : 0;
        hasMemory[node] = pages[node] > 0;
      }
      List<Integer> cpus = new ArrayList<>();
      for (int cpu = 0; cpu < 4; cpu++) {
        cpus.add(random.nextInt(nodes));
        hasCpus[cpus.get(cpu)] = true;
      }
      assertThat(orders(distances, pages, cpus))
          .as(
              "seed %d, round %d: %s, pages %s, CPUs on %s",
              seed, round, Arrays.deepToString(distances), Arrays.toString(pages), cpus)
          .isEqualTo(FallbackOrderModel.orders(distances, hasMemory, hasCpus));
    }
  }

  private static int[] pages(int nodes) {
    int[] pages = new int[nodes];
    Arrays.fill(pages, 64);
    return pages;
  }

  private static List<List<Integer>> orders(int[][] distances, int[] pages, List<Integer> cpus) {
    try (Machine machine = NumaMachines.boot(distances, pages, cpus, false)) {
      return machine.memory().nodes().stream()
          .map(node -> node.zonelist(0).stream().map(zone -> zone.node().id()).toList())
          .toList();
    }
  }
}
