package dev.quarry.replay.play;

/**
 * The pages that requests got, by the node of the CPU that asked and the node that they came from.
 *
 * <p>Equation: {@code local() + remote() ==} all pages of requests that were served.
 */
public final class NodePages {
  private final long[][] pages;
  private final long[][] zeroed;

  NodePages(int nodes) {
    pages = new long[nodes][nodes];
    zeroed = new long[nodes][nodes];
  }

  void count(int cpuNode, int node, long count, boolean zeroes) {
    pages[cpuNode][node] += count;
    if (zeroes) {
      zeroed[cpuNode][node] += count;
    }
  }

  /** How many nodes there are. */
  public int nodes() {
    return pages.length;
  }

  /** Pages of a node for CPUs of a node. */
  public long pages(int cpuNode, int node) {
    return pages[cpuNode][node];
  }

  /** Those of them that were asked for as zeros. */
  public long zeroed(int cpuNode, int node) {
    return zeroed[cpuNode][node];
  }

  /** Pages of their CPU's node. */
  public long local() {
    long sum = 0;
    for (int node = 0; node < pages.length; node++) {
      sum += pages[node][node];
    }
    return sum;
  }

  /** Pages of other nodes. */
  public long remote() {
    long sum = -local();
    for (long[] ofCpus : pages) {
      for (long count : ofCpus) {
        sum += count;
      }
    }
    return sum;
  }
}
