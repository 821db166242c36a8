package dev.quarry.physical;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;

/**
 * The order in which each node's requests go round the nodes, written a second time: all nodes
 * sorted at once instead of picked one by one.
 */
final class FallbackOrderModel {
  private FallbackOrderModel() {}

  /** For each node the nodes with memory, as "Fallback order for Node N" in a kernel's log. */
  static List<List<Integer>> orders(int[][] distances, boolean[] hasMemory, boolean[] hasCpus) {
    int nodes = distances.length;
    int[] load = new int[nodes];
    List<List<Integer>> orders = new ArrayList<>();
    for (int local = 0; local < nodes; local++) {
      int from = local;
      List<Integer> order = new ArrayList<>();
      for (int node = 0; node < nodes; node++) {
        if (hasMemory[node]) {
          order.add(node);
        }
      }
      order.sort(
          Comparator.comparing((Integer node) -> node != from)
              .thenComparing(
                  node -> distances[from][node] + (node < from ? 1 : 0) + (hasCpus[node] ? 1 : 0))
              .thenComparing(node -> load[node])
              .thenComparing(node -> node));
      int before = distances[local][local];
      for (int node : order) {
        load[node] += distances[local][node] == before ? 0 : 1;
        before = distances[local][node];
      }
      orders.add(order);
    }
    return orders;
  }
}
