package dev.quarry.physical;

import java.util.ArrayList;
import java.util.List;

/**
 * A set of nodes: {@code nodemask_t}. Written as the kernel prints it, {@code 0-2,5}.
 *
 * @param bits a bit for each node, node 0 lowest
 */
public record NodeSet(long bits) {
  /** No node: NUMA_NO_NODE. As a place to continue from it lies before the first node. */
  public static final int NO_NODE = -1;

  /** The highest number that a node can have. */
  public static final int HIGHEST = Long.SIZE - 1;

  /** No nodes. */
  public static final NodeSet EMPTY = new NodeSet(0);

  /**
   * Some nodes.
   *
   * @throws IllegalArgumentException for a number that no node can have
   */
  public static NodeSet of(int... nodes) {
    long bits = 0;
    for (int node : nodes) {
      bits |= 1L << checked(node);
    }
    return new NodeSet(bits);
  }

  /**
   * Reads a list of nodes and of ranges: {@code nodelist_parse()}.
   *
   * @throws IllegalArgumentException saying what is wrong with it
   */
  public static NodeSet parse(String list) {
    long bits = 0;
    for (String part : list.split(",", -1)) {
      int dash = part.indexOf('-');
      int first = number(dash < 0 ? part : part.substring(0, dash), list);
      int last = dash < 0 ? first : number(part.substring(dash + 1), list);
      if (first > last) {
        throw new IllegalArgumentException(
            "the range " + part + " ends at " + last + ", before it begins at " + first);
      }
      for (int node = first; node <= last; node++) {
        bits |= 1L << node;
      }
    }
    return new NodeSet(bits);
  }

  private static int number(String text, String list) {
    if (!text.matches("\\d{1,9}")) {
      String shown = list.length() <= 40 ? list : list.substring(0, 40) + "...";
      throw new IllegalArgumentException("\"" + shown + "\" is not a list of nodes such as 0,2-3");
    }
    return checked(Integer.parseInt(text));
  }

  private static int checked(int node) {
    if (node < 0 || node > HIGHEST) {
      throw new IllegalArgumentException("node " + node + " is not 0 to " + HIGHEST);
    }
    return node;
  }

  /** Whether a node is in it. */
  public boolean contains(int node) {
    return node >= 0 && node <= HIGHEST && (bits >>> node & 1) != 0;
  }

  /** How many nodes there are: {@code nodes_weight()}. */
  public int size() {
    return Long.bitCount(bits);
  }

  /** Whether there are none. */
  public boolean isEmpty() {
    return bits == 0;
  }

  /** The lowest node; the set is not empty. */
  public int first() {
    return Long.numberOfTrailingZeros(bits);
  }

  /**
   * The next higher node, or the lowest one behind the highest: {@code next_node_in()}. The set is
   * not empty.
   *
   * @param node where to continue, in the set or not; {@link #NO_NODE} to begin
   */
  public int nextIn(int node) {
    long higher = node >= HIGHEST ? 0 : bits & -1L << (node + 1);
    return Long.numberOfTrailingZeros(higher == 0 ? bits : higher);
  }

  /** The nodes that are in both. */
  public NodeSet and(NodeSet other) {
    return new NodeSet(bits & other.bits);
  }

  /** The nodes, ascending. */
  public List<Integer> toList() {
    List<Integer> list = new ArrayList<>();
    for (long left = bits; left != 0; left &= left - 1) {
      list.add(Long.numberOfTrailingZeros(left));
    }
    return list;
  }

  /** The nodes as {@code 0-2,5}. */
  @Override
  public String toString() {
    StringBuilder out = new StringBuilder();
    for (int node = 0; node <= HIGHEST; node++) {
      if (!contains(node)) {
        continue;
      }
      int last = node;
      while (contains(last + 1)) {
        last++;
      }
      out.append(out.isEmpty() ? "" : ",").append(node).append(last > node ? "-" + last : "");
      node = last;
    }
    return out.toString();
  }
}
