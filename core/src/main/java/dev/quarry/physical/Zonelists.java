package dev.quarry.physical;

import dev.quarry.machine.MachineSpec;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Builds the order in which requests look for memory: {@code build_zonelists} and {@code
 * find_next_best_node} (mm/page_alloc.c, 6.18). First all zones of the own node, the highest first;
 * then those of the nearest other node, and so on. Nodes at the same distance take turns, so that
 * not all neighbours spill into the same one, and nodes without CPUs are preferred.
 */
final class Zonelists {
  /** MAX_NUMNODES of a usual x86-64 kernel; only its being large matters. */
  private static final int MAX_NODES = 1024;

  /** PENALTY_FOR_NODE_WITH_CPUS. */
  private static final int CPU_PENALTY = 1;

  private final Node[] nodes;
  private final boolean[] hasCpus;
  private final int[] load;
  private final boolean managedOnly;

  private Zonelists(Node[] nodes, List<Integer> cpuNodes, boolean managedOnly) {
    this.nodes = nodes;
    this.managedOnly = managedOnly;
    this.hasCpus = new boolean[nodes.length];
    this.load = new int[nodes.length];
    for (int node : cpuNodes) {
      hasCpus[node] = true;
    }
  }

  /** Gives every node its lists. */
  static void build(Node[] nodes, MachineSpec spec, AllocRules rules) {
    int zoneTypes = spec.zones().size();
    Zonelists builder = new Zonelists(nodes, spec.cpuNodes(), rules.zonelistsNeedManagedPages());
    for (Node node : nodes) {
      List<Node> order = builder.fallbackOrder(node);
      node.fallbackLists = builder.perHighestZone(order, zoneTypes);
      node.ownLists = builder.perHighestZone(List.of(node), zoneTypes);
    }
  }

  private List<Node> fallbackOrder(Node local) {
    List<Node> order = new ArrayList<>();
    boolean[] used = new boolean[nodes.length];
    Node previous = local;
    for (Node next = nextBest(local, used); next != null; next = nextBest(local, used)) {
      // The first of a group at the same distance comes later in the next node's list.
      if (local.distanceTo(next.id()) != local.distanceTo(previous.id())) {
        load[next.id()]++;
      }
      used[next.id()] = true;
      order.add(next);
      previous = next;
    }
    return order;
  }

  private @Nullable Node nextBest(Node local, boolean[] used) {
    if (!used[local.id()] && local.hasMemory()) {
      return local;
    }
    Node best = null;
    long least = Long.MAX_VALUE;
    for (Node node : nodes) {
      if (used[node.id()] || !node.hasMemory()) {
        continue;
      }
      long cost = local.distanceTo(node.id());
      cost += node.id() < local.id() ? 1 : 0;
      cost += hasCpus[node.id()] ? CPU_PENALTY : 0;
      cost = cost * MAX_NODES + load[node.id()];
      if (cost < least) {
        least = cost;
        best = node;
      }
    }
    return best;
  }

  private Zone[][] perHighestZone(List<Node> order, int zoneTypes) {
    Zone[][] lists = new Zone[zoneTypes][];
    for (int highest = 0; highest < zoneTypes; highest++) {
      List<Zone> zones = new ArrayList<>();
      for (Node node : order) {
        for (int index = highest; index >= 0; index--) {
          Zone zone = node.zone(index);
          if (managedOnly ? zone.managed > 0 : zone.isPopulated()) {
            zones.add(zone);
          }
        }
      }
      lists[highest] = zones.toArray(Zone[]::new);
    }
    return lists;
  }
}
