package dev.quarry.physical;

import dev.quarry.physical.MemPolicy.Interleave;
import dev.quarry.physical.MemPolicy.WeightedInterleave;
import java.util.Arrays;

/**
 * Whose turn it is: {@code interleave_nodes}, {@code weighted_interleave_nodes}, {@code
 * interleave_nid} and {@code weighted_interleave_nid} (mm/mempolicy.c, 6.18). Either a task goes
 * round the nodes as it allocates, or a page's index in its file or area decides, so that the page
 * is always of the same node.
 *
 * <pre>
 *   weights 3, 1, 2 of nodes 0, 1, 2:   0 0 0 1 2 2 | 0 0 0 1 2 2 | ...
 * </pre>
 */
final class Interleaving {
  /** The machine's weights by node: {@code iw_table}; replaced when one changes. */
  private volatile int[] table;

  Interleaving(int nodes) {
    table = new int[nodes];
    Arrays.fill(table, 1);
  }

  int weight(int node) {
    return table[node];
  }

  synchronized void weight(int node, int weight) {
    int[] changed = table.clone();
    changed[node] = weight;
    table = changed;
  }

  int weight(WeightedInterleave policy, int node) {
    Integer own = policy.weights().get(node);
    return own == null ? table[node] : own;
  }

  /** The node for a task's next request. */
  int next(PolicyState task, Interleave policy) {
    task.ilPrev = policy.nodes().nextIn(task.ilPrev);
    return task.ilPrev;
  }

  /** The node for a task's next request; a weight that changes counts from the next turn on. */
  int next(PolicyState task, WeightedInterleave policy) {
    if (task.ilWeight == 0 || !policy.nodes().contains(task.ilPrev)) {
      task.ilPrev = policy.nodes().nextIn(task.ilPrev);
      task.ilWeight = weight(policy, task.ilPrev);
    }
    task.ilWeight--;
    return task.ilPrev;
  }

  /**
   * The node of the page at an index.
   *
   * @param index unsigned
   */
  int at(Interleave policy, long index) {
    NodeSet nodes = policy.nodes();
    int node = nodes.first();
    for (long left = Long.remainderUnsigned(index, nodes.size()); left > 0; left--) {
      node = nodes.nextIn(node);
    }
    return node;
  }

  /**
   * The node of the page at an index.
   *
   * @param index unsigned
   */
  int at(WeightedInterleave policy, long index) {
    NodeSet nodes = policy.nodes();
    long total = 0;
    for (int node : nodes.toList()) {
      total += weight(policy, node);
    }
    int node = nodes.first();
    long left = Long.remainderUnsigned(index, total);
    while (left >= weight(policy, node)) {
      left -= weight(policy, node);
      node = nodes.nextIn(node);
    }
    return node;
  }
}
