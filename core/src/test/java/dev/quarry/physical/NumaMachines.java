package dev.quarry.physical;

import dev.quarry.kernel.Machine;
import dev.quarry.machine.KernelRelease;
import dev.quarry.machine.MachineSpec;
import dev.quarry.machine.MemoryRange;
import dev.quarry.machine.NodeSpec;
import dev.quarry.machine.Sysctls;
import dev.quarry.machine.ZoneSpec;
import dev.quarry.machine.ZoneType;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.OptionalLong;

/** Machines of several nodes with one zone Normal each, without contents and without boosts. */
final class NumaMachines {
  /** Small enough that a test fills nodes. */
  static final int MAX_ORDER = 5;

  static final int PAGEBLOCK_ORDER = 4;

  private NumaMachines() {}

  /**
   * A machine.
   *
   * @param pages of each node; 0: it has no memory
   * @param cpuNodes the node of each CPU
   */
  static Machine boot(int[][] distances, int[] pages, List<Integer> cpuNodes, boolean percpu) {
    List<NodeSpec> nodes = new ArrayList<>();
    List<MemoryRange> memory = new ArrayList<>();
    long at = 0;
    for (int node = 0; node < pages.length; node++) {
      nodes.add(new NodeSpec(node, Arrays.stream(distances[node]).boxed().toList()));
      if (pages[node] > 0) {
        memory.add(new MemoryRange(at, at + ((long) pages[node] << 12), node));
        at += (long) pages[node] << 12;
      }
    }
    Sysctls sysctls =
        new Sysctls(
            OptionalLong.of(160),
            false,
            Sysctls.DEFAULTS.lowmemReserveRatio(),
            10,
            0,
            0,
            percpu,
            3);
    return Machine.boot(
        new MachineSpec(
            "nodes",
            KernelRelease.DEFAULT,
            12,
            MAX_ORDER,
            PAGEBLOCK_ORDER,
            false,
            nodes,
            memory,
            List.of(),
            List.of(new ZoneSpec(ZoneType.NORMAL, ZoneSpec.NO_LIMIT)),
            0,
            cpuNodes,
            sysctls));
  }

  /** All nodes the same way from each other. */
  static int[][] evenDistances(int nodes, int remote) {
    int[][] distances = new int[nodes][nodes];
    for (int node = 0; node < nodes; node++) {
      Arrays.fill(distances[node], remote);
      distances[node][node] = 10;
    }
    return distances;
  }

  /** The zone of a node. */
  static Zone zone(Machine machine, int node) {
    return machine.memory().node(node).zone(0);
  }

  /** The node of a frame. */
  static int nodeOf(Machine machine, int pfn) {
    Zone zone = machine.memory().zoneOf(pfn);
    if (zone == null) {
      throw new AssertionError("frame " + pfn + " is in no zone");
    }
    return zone.node().id();
  }
}
