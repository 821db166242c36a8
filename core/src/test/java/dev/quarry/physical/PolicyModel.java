package dev.quarry.physical;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/**
 * Memory policies over nodes that are nothing but a count of free pages and two marks, written a
 * second time: single pages, one zone for each node, no per-CPU lists, nobody reclaims.
 *
 * <p>A pass over nodes takes the first one that is above a mark. A request makes a pass at the low
 * marks, then one at the min marks; an atomic one lowers the min marks to 3/8, and makes a last
 * pass over all nodes.
 */
final class PolicyModel {
  static final int NOWHERE = -1;

  /** What numastat shows of a node. */
  static final class Counts {
    long hit;
    long miss;
    long foreign;
    long interleaveHit;
    long local;
    long other;

    @Override
    public String toString() {
      return "hit %d miss %d foreign %d interleave_hit %d local %d other %d"
          .formatted(hit, miss, foreign, interleaveHit, local, other);
    }
  }

  final long[] free;
  private final long[] low;
  private final long[] min;
  private final List<List<Integer>> orders;
  final Counts[] counts;
  final int[] machineWeights;

  private String mode = "default";
  private List<Integer> nodes = List.of();
  private Map<Integer, Integer> ownWeights = Map.of();

  /** The turns left of those that interleaving has begun. */
  private final List<Integer> turns = new ArrayList<>();

  private int lastTurn = NOWHERE;

  PolicyModel(long[] free, long[] low, long[] min, List<List<Integer>> orders) {
    this.free = free;
    this.low = low;
    this.min = min;
    this.orders = orders;
    this.counts = new Counts[free.length];
    this.machineWeights = new int[free.length];
    for (int node = 0; node < free.length; node++) {
      counts[node] = new Counts();
      machineWeights[node] = 1;
    }
  }

  /** The task gets a policy; nodes are those with memory. */
  void set(String newMode, Set<Integer> newNodes, Map<Integer, Integer> weights) {
    mode = newMode;
    nodes = List.copyOf(new TreeSet<>(newNodes));
    ownWeights = weights;
    turns.clear();
    lastTurn = NOWHERE;
  }

  int weight(int node) {
    return ownWeights.getOrDefault(node, machineWeights[node]);
  }

  /** Serves a request of a CPU's node; returns the node, or {@link #NOWHERE}. */
  int allocate(int cpuNode, boolean atomic) {
    return switch (mode) {
      case "bind" -> serve(cpuNode, cpuNode, nodes, atomic, atomic);
      case "preferred" -> serve(cpuNode, nodes.getFirst(), null, atomic, false);
      case "preferred_many" -> {
        // The first try may not wait, but an atomic request stays one, and then it may leave.
        int node = serve(cpuNode, cpuNode, nodes, atomic, atomic);
        yield node == NOWHERE ? serve(cpuNode, cpuNode, null, atomic, false) : node;
      }
      case "interleave", "weighted" -> interleaved(cpuNode, nextTurn(), atomic);
      default -> serve(cpuNode, cpuNode, null, atomic, false);
    };
  }

  /** Serves a request for the page at an index of an area. */
  int allocateAt(int cpuNode, int index, boolean atomic) {
    if (!mode.equals("interleave") && !mode.equals("weighted")) {
      return allocate(cpuNode, atomic);
    }
    List<Integer> round = new ArrayList<>();
    for (int node : nodes) {
      for (int i = 0; i < (mode.equals("weighted") ? weight(node) : 1); i++) {
        round.add(node);
      }
    }
    return interleaved(cpuNode, round.get(index % round.size()), atomic);
  }

  private int interleaved(int cpuNode, int turn, boolean atomic) {
    int node = serve(cpuNode, turn, null, atomic, false);
    if (node == turn) {
      counts[node].interleaveHit++;
    }
    return node;
  }

  private int nextTurn() {
    if (turns.isEmpty()) {
      int next =
          nodes.stream().filter(node -> node > lastTurn).findFirst().orElse(nodes.getFirst());
      for (int i = 0; i < (mode.equals("weighted") ? weight(next) : 1); i++) {
        turns.add(next);
      }
      lastTurn = next;
    }
    return turns.removeFirst();
  }

  private int serve(
      int cpuNode, int from, @Nullable List<Integer> allowed, boolean atomic, boolean mayLeave) {
    List<Integer> order =
        orders.get(from).stream()
            .filter(node -> allowed == null || allowed.contains(node))
            .toList();
    int node = firstAbove(order, low, 8);
    if (node == NOWHERE) {
      node = firstAbove(order, min, atomic ? 3 : 8);
    }
    int wished = order.getFirst();
    if (node == NOWHERE && mayLeave) {
      node = firstAbove(orders.get(from), min, 3);
      wished = orders.get(from).getFirst();
    }
    if (node != NOWHERE) {
      take(node, wished, cpuNode);
    }
    return node;
  }

  /** The first node with more free pages than {@code eighths} of its mark. */
  private int firstAbove(List<Integer> order, long[] marks, int eighths) {
    for (int node : order) {
      long half = marks[node] - marks[node] / 2;
      long mark = eighths == 8 ? marks[node] : half - half / 4;
      if (free[node] > mark) {
        return node;
      }
    }
    return NOWHERE;
  }

  private void take(int node, int wished, int cpuNode) {
    free[node]--;
    if (node == wished) {
      counts[node].hit++;
    } else {
      counts[node].miss++;
      counts[wished].foreign++;
    }
    if (node == cpuNode) {
      counts[node].local++;
    } else {
      counts[node].other++;
    }
  }
}
