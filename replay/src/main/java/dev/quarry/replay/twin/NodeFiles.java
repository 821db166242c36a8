package dev.quarry.replay.twin;

import dev.quarry.machine.MachineSpec;
import dev.quarry.machine.NodeSpec;
import dev.quarry.replay.read.LineReader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * Which CPUs are on which node, and how far nodes are from each other: {@code
 * /sys/devices/system/node/node*}, whose copy in a folder is {@code node/node*}.
 */
final class NodeFiles {
  private static final int MOST_CPUS = 1 << 16;
  private static final int MOST_DISTANCE = 255;
  private static final Path LIVE = Path.of("/sys/devices/system/node");

  private NodeFiles() {}

  /** The machine with its nodes' CPUs and distances, as far as the files tell. */
  static MachineSpec apply(Path folder, MachineSpec spec) {
    if (spec.nodes().size() == 1 || !areThere(folder)) {
      return spec;
    }
    Path nodes = nodes(folder);
    List<Integer> cpuNodes = new ArrayList<>(spec.cpuNodes());
    List<NodeSpec> distances = new ArrayList<>();
    for (NodeSpec node : spec.nodes()) {
      Path own = nodes.resolve("node" + node.id());
      String shown = "node/node" + node.id();
      cpus(own.resolve("cpulist"), shown + "/cpulist", node.id(), cpuNodes);
      distances.add(distances(own.resolve("distance"), shown + "/distance", node));
    }
    return new MachineSpec(
        spec.name(),
        spec.release(),
        spec.pageShift(),
        spec.maxOrder(),
        spec.pageblockOrder(),
        spec.contents(),
        distances,
        spec.memory(),
        spec.reserved(),
        spec.zones(),
        spec.movableCore(),
        cpuNodes,
        spec.sysctls());
  }

  /** Whether a folder has these files, of one node at least. */
  static boolean areThere(Path folder) {
    return Files.isReadable(nodes(folder).resolve("node0/cpulist"));
  }

  private static Path nodes(Path folder) {
    return folder.equals(Path.of("/proc")) ? LIVE : folder.resolve("node");
  }

  /** {@code 0-3,8-11}. */
  private static void cpus(Path file, String shown, int node, List<Integer> cpuNodes) {
    if (!Files.isReadable(file)) {
      return;
    }
    LineReader in = LineReader.open(file, shown);
    while (in.next()) {
      for (String range : in.text().split(",", -1)) {
        String[] ends = range.split("-", 2);
        int first = (int) in.number(ends[0], "a CPU's number", MOST_CPUS);
        int last = (int) in.number(ends[ends.length - 1], "a CPU's number", MOST_CPUS);
        for (int cpu = first; cpu <= last && cpu < cpuNodes.size(); cpu++) {
          cpuNodes.set(cpu, node);
        }
      }
    }
  }

  private static NodeSpec distances(Path file, String shown, NodeSpec node) {
    if (!Files.isReadable(file)) {
      return node;
    }
    LineReader in = LineReader.open(file, shown);
    List<Integer> distances = new ArrayList<>();
    while (in.next()) {
      for (String word : in.words()) {
        distances.add((int) in.number(word, "a distance", MOST_DISTANCE));
      }
    }
    if (distances.size() != node.distances().size()) {
      throw in.error(
          "there are distances to "
              + distances.size()
              + " nodes; zoneinfo has "
              + node.distances().size());
    }
    return new NodeSpec(node.id(), distances);
  }
}
