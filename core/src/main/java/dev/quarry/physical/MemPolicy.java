package dev.quarry.physical;

import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;

/**
 * Which nodes memory should come from: {@code struct mempolicy} (mm/mempolicy.c, 6.18). A task has
 * one ({@link PolicyState}), an area of addresses may have its own. {@link PolicyAllocator} follows
 * them.
 *
 * <pre>
 *   policy              begins at           may end at
 *   default, local      the CPU's node      all nodes, nearest first
 *   preferred:1         node 1              all nodes, nearest to node 1 first
 *   bind:0,1            the CPU's node      nodes 0 and 1 only
 *   preferred_many:0,1  the CPU's node      nodes 0 and 1, then all
 *   interleave:0,1      each node in turn   all nodes, nearest to its turn first
 *   weighted:0=3,1=1    three times node 0, once node 1; likewise
 * </pre>
 *
 * <p>{@code toString()} is the form that {@link PolicyAllocator#parse} reads.
 */
public sealed interface MemPolicy {
  /** The task has none; as {@link Local}: MPOL_DEFAULT. */
  record Default() implements MemPolicy {
    @Override
    public String toString() {
      return "default";
    }
  }

  /** The node of the CPU first: MPOL_LOCAL. */
  record Local() implements MemPolicy {
    @Override
    public String toString() {
      return "local";
    }
  }

  /**
   * These nodes and no others, the nearest first: MPOL_BIND.
   *
   * @param nodes at least one
   */
  record Bind(NodeSet nodes) implements MemPolicy {
    public Bind {
      needsNode("bind", nodes);
    }

    @Override
    public String toString() {
      return "bind:" + nodes;
    }
  }

  /** This node first, then the others, nearest to it first: MPOL_PREFERRED. */
  record Preferred(int node) implements MemPolicy {
    @Override
    public NodeSet nodes() {
      return NodeSet.of(node);
    }

    @Override
    public String toString() {
      return "preferred:" + node;
    }
  }

  /**
   * These nodes first, without reclaiming for them, then all: MPOL_PREFERRED_MANY.
   *
   * @param nodes at least one
   */
  record PreferredMany(NodeSet nodes) implements MemPolicy {
    public PreferredMany {
      needsNode("preferred_many", nodes);
    }

    @Override
    public String toString() {
      return "preferred_many:" + nodes;
    }
  }

  /**
   * These nodes in turn: MPOL_INTERLEAVE.
   *
   * @param nodes at least one
   */
  record Interleave(NodeSet nodes) implements MemPolicy {
    public Interleave {
      needsNode("interleave", nodes);
    }

    @Override
    public String toString() {
      return "interleave:" + nodes;
    }
  }

  /**
   * These nodes in turn, each as often in a row as its weight says: MPOL_WEIGHTED_INTERLEAVE.
   *
   * @param nodes at least one
   * @param weights 1 to 255 by node; a node without one has the machine's ({@link
   *     PolicyAllocator#weight}), and in Linux all nodes have that
   */
  record WeightedInterleave(NodeSet nodes, Map<Integer, Integer> weights) implements MemPolicy {
    /** The largest weight: they are kept in a {@code u8}. */
    public static final int LARGEST_WEIGHT = 255;

    public WeightedInterleave {
      needsNode("weighted", nodes);
      weights = Map.copyOf(weights);
      weights.forEach(WeightedInterleave::checkWeight);
    }

    /** With the machine's weights. */
    public WeightedInterleave(NodeSet nodes) {
      this(nodes, Map.of());
    }

    static void checkWeight(int node, int weight) {
      if (weight < 1 || weight > LARGEST_WEIGHT) {
        throw new PolicyException(
            "weight " + weight + " of node " + node + " is not 1 to " + LARGEST_WEIGHT);
      }
    }

    @Override
    public String toString() {
      List<Integer> own = weights.keySet().stream().sorted().toList();
      String weighted =
          own.stream().map(node -> node + "=" + weights.get(node)).collect(Collectors.joining(","));
      NodeSet rest = new NodeSet(nodes.bits() & ~NodeSet.of(toInts(own)).bits());
      String separator = weighted.isEmpty() || rest.isEmpty() ? "" : ",";
      return "weighted:" + weighted + separator + rest;
    }

    private static int[] toInts(List<Integer> list) {
      return list.stream().mapToInt(Integer::intValue).toArray();
    }
  }

  /** The nodes that it names; none for {@link Default} and {@link Local}. */
  default NodeSet nodes() {
    return NodeSet.EMPTY;
  }

  /** Whether it goes round nodes. */
  default boolean isInterleaving() {
    return this instanceof Interleave || this instanceof WeightedInterleave;
  }

  /**
   * The policy with those of its nodes that are in {@code usable}: {@code mpol_set_nodemask}.
   *
   * @throws PolicyException if none is
   */
  default MemPolicy restrictedTo(NodeSet usable) {
    NodeSet left = nodes().and(usable);
    if (!nodes().isEmpty() && left.isEmpty()) {
      throw new PolicyException(
          toString(), "there is no memory on node " + nodes() + ", only on " + usable);
    }
    return switch (this) {
      case Default policy -> policy;
      case Local policy -> policy;
      case Preferred policy -> policy;
      case Bind policy -> new Bind(left);
      case PreferredMany policy -> new PreferredMany(left);
      case Interleave policy -> new Interleave(left);
      case WeightedInterleave policy -> {
        Map<Integer, Integer> weights = new TreeMap<>(policy.weights());
        weights.keySet().removeIf(node -> !left.contains(node));
        yield new WeightedInterleave(left, weights);
      }
    };
  }

  private static void needsNode(String name, NodeSet nodes) {
    if (nodes.isEmpty()) {
      throw new PolicyException(name, "it needs a node, such as " + name + ":0");
    }
  }
}
