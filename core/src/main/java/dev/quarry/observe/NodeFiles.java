package dev.quarry.observe;

import dev.quarry.machine.Cpu;
import dev.quarry.physical.Node;
import dev.quarry.physical.PhysicalMemory;
import java.util.BitSet;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.BiFunction;

/**
 * The files of a node's folder {@code /sys/devices/system/node/nodeN}: {@code node_dev_attrs}
 * (drivers/base/node.c, 6.18).
 */
final class NodeFiles {
  /** A file's text for a node. */
  interface File extends BiFunction<PhysicalMemory, Node, String> {}

  private static final Map<String, File> FILES = new LinkedHashMap<>();

  static {
    FILES.put("cpumap", NodeFiles::cpuMap);
    FILES.put("cpulist", NodeFiles::cpuList);
    FILES.put("meminfo", NodeMemInfo::text);
    FILES.put("numastat", (memory, node) -> numaStat(node));
    FILES.put("distance", NodeFiles::distance);
    FILES.put("vmstat", NodeFiles::vmStat);
  }

  private NodeFiles() {}

  /** The files by name. */
  static Map<String, File> all() {
    return FILES;
  }

  private static BitSet cpus(PhysicalMemory memory, Node node) {
    BitSet cpus = new BitSet();
    for (Cpu cpu : memory.cpus()) {
      cpus.set(cpu.id(), cpu.node() == node.id());
    }
    return cpus;
  }

  /** {@code cpumap_show}. */
  private static String cpuMap(PhysicalMemory memory, Node node) {
    return BitmapText.mask(cpus(memory, node), memory.cpus().size()) + "\n";
  }

  /** {@code cpulist_show}. */
  private static String cpuList(PhysicalMemory memory, Node node) {
    return BitmapText.list(cpus(memory, node)) + "\n";
  }

  /** {@code node_read_numastat}: the events of the node's zones under their older names. */
  private static String numaStat(Node node) {
    NumaEvents events = Sums.of(node).numa();
    StringBuilder out = new StringBuilder();
    VmStat.line(out, "numa_hit", events.hit());
    VmStat.line(out, "numa_miss", events.miss());
    VmStat.line(out, "numa_foreign", events.foreign());
    VmStat.line(out, "interleave_hit", events.interleave());
    VmStat.line(out, "local_node", events.local());
    VmStat.line(out, "other_node", events.other());
    return out.toString();
  }

  /** {@code node_read_distance}: to every node, in their order. */
  private static String distance(PhysicalMemory memory, Node node) {
    StringBuilder out = new StringBuilder();
    for (Node other : memory.nodes()) {
      out.append(out.isEmpty() ? "" : " ").append(node.distanceTo(other.id()));
    }
    return out.append('\n').toString();
  }

  /** {@code node_read_vmstat}: the statistics of {@code /proc/vmstat}, not its events. */
  private static String vmStat(PhysicalMemory memory, Node node) {
    StringBuilder out = new StringBuilder();
    VmStat.statistics(out, memory, Sums.of(node));
    return out.toString();
  }
}
