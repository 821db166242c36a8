package dev.quarry.observe;

import dev.quarry.machine.Cpu;
import dev.quarry.machine.ZoneType;
import dev.quarry.physical.Node;
import dev.quarry.physical.PhysicalMemory;
import dev.quarry.physical.Zone;
import java.util.BitSet;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.Function;
import java.util.function.Predicate;

/**
 * The files in {@code /sys/devices/system/node} that list nodes by what they have: {@code
 * node_state_attr} (drivers/base/node.c, 6.18), from {@code enum node_states}.
 */
final class NodeStates {
  private static final Map<String, Function<PhysicalMemory, String>> FILES = new LinkedHashMap<>();

  static {
    FILES.put("possible", memory -> nodes(memory, node -> true));
    FILES.put("online", memory -> nodes(memory, node -> true));
    FILES.put("has_normal_memory", memory -> nodes(memory, NodeStates::hasNormalMemory));
    FILES.put("has_memory", memory -> nodes(memory, Node::hasMemory));
    FILES.put("has_cpu", NodeStates::hasCpu);
    FILES.put("has_generic_initiator", memory -> nodes(memory, node -> false));
  }

  private NodeStates() {}

  /** The files by name. */
  static Map<String, Function<PhysicalMemory, String>> all() {
    return FILES;
  }

  private static String nodes(PhysicalMemory memory, Predicate<Node> which) {
    BitSet nodes = new BitSet();
    for (Node node : memory.nodes()) {
      nodes.set(node.id(), which.test(node));
    }
    return BitmapText.list(nodes) + "\n";
  }

  /** N_NORMAL_MEMORY: some of it up to ZONE_NORMAL. */
  private static boolean hasNormalMemory(Node node) {
    for (Zone zone : node.zones()) {
      if (zone.isPopulated() && zone.type().compareTo(ZoneType.NORMAL) <= 0) {
        return true;
      }
    }
    return false;
  }

  private static String hasCpu(PhysicalMemory memory) {
    BitSet nodes = new BitSet();
    for (Cpu cpu : memory.cpus()) {
      nodes.set(cpu.node());
    }
    return BitmapText.list(nodes) + "\n";
  }
}
