package dev.quarry.physical;

import dev.quarry.machine.Cpu;
import dev.quarry.physical.MemPolicy.Interleave;
import dev.quarry.physical.MemPolicy.Preferred;
import dev.quarry.physical.MemPolicy.PreferredMany;
import dev.quarry.physical.MemPolicy.WeightedInterleave;

/**
 * Many single frames by a task's policy, each node's share at once: {@code
 * alloc_pages_bulk_interleave}, {@code alloc_pages_bulk_weighted_interleave} and {@code
 * alloc_pages_bulk_preferred_many} (mm/mempolicy.c, 6.18). The kernel does not count these as
 * interleave_hit.
 */
final class PolicyBulk {
  private final PolicyAllocator policies;
  private final BulkPath bulk;
  private final Interleaving interleaving;

  PolicyBulk(PolicyAllocator policies, BulkPath bulk, Interleaving interleaving) {
    this.policies = policies;
    this.bulk = bulk;
    this.interleaving = interleaving;
  }

  int allocate(Cpu cpu, PolicyState task, MemPolicy policy, int gfp, int[] pfns) {
    return switch (policy) {
      case Interleave turns -> interleave(cpu, task, turns, gfp, pfns);
      case WeightedInterleave turns -> new Weighted(cpu, task, turns, gfp, pfns).allocate();
      case PreferredMany many -> preferredMany(cpu, many, gfp, pfns);
      default -> {
        int node = policy instanceof Preferred preferred ? preferred.node() : cpu.node();
        long mask = policies.nodeMask(policy, gfp);
        yield bulk.allocate(cpu, node, mask, gfp, pfns, 0, pfns.length);
      }
    };
  }

  /** Every node takes a turn, also one for which nothing is left; the first get the odd pages. */
  private int interleave(Cpu cpu, PolicyState task, Interleave policy, int gfp, int[] pfns) {
    int nodes = policy.nodes().size();
    int share = pfns.length / nodes;
    int odd = pfns.length % nodes;
    int got = 0;
    for (int turn = 0; turn < nodes; turn++) {
      int pages = turn < odd ? share + 1 : share;
      int node = interleaving.next(task, policy);
      got += bulk.allocate(cpu, node, Request.ALL_NODES, gfp, pfns, got, pages);
    }
    return got;
  }

  private int preferredMany(Cpu cpu, PreferredMany policy, int gfp, int[] pfns) {
    int effortless = PolicyAllocator.effortless(gfp);
    long mask = policy.nodes().bits();
    int got = bulk.allocate(cpu, cpu.node(), mask, effortless, pfns, 0, pfns.length);
    int left = pfns.length - got;
    return left == 0
        ? got
        : got + bulk.allocate(cpu, cpu.node(), Request.ALL_NODES, gfp, pfns, got, left);
  }

  /**
   * One request by weights: the rest of the turn that the task is in, then whole rounds, then a
   * part of a round, whose last node the task goes on with.
   *
   * <pre>
   *   weights 3 and 1, one page of node 0's turn left, 10 pages:
   *     rest      1 of node 0
   *     rounds    9 = 2 rounds of 4, and 1:   1 + 2 of node 1, 2 * 3 of node 0
   * </pre>
   */
  private final class Weighted {
    private final Cpu cpu;
    private final PolicyState task;
    private final WeightedInterleave policy;
    private final int gfp;
    private final int[] pfns;
    private int got;

    Weighted(Cpu cpu, PolicyState task, WeightedInterleave policy, int gfp, int[] pfns) {
      this.cpu = cpu;
      this.task = task;
      this.policy = policy;
      this.gfp = gfp;
      this.pfns = pfns;
    }

    int allocate() {
      int left = pfns.length;
      if (left > 0 && task.ilWeight > 0 && policy.nodes().contains(task.ilPrev)) {
        int rest = Math.min(left, task.ilWeight);
        take(task.ilPrev, rest);
        task.ilWeight -= rest;
        left -= rest;
      }
      if (left > 0) {
        task.ilWeight = 0;
        rounds(left);
      }
      return got;
    }

    private void rounds(int pages) {
      int total = 0;
      for (int node : policy.nodes().toList()) {
        total += weight(node);
      }
      int rounds = pages / total;
      int odd = pages % total;
      int node = task.ilPrev;
      int resumeNode = policy.nodes().nextIn(node);
      int resumeWeight = weight(resumeNode);
      for (int turn = 0; turn < policy.nodes().size() && got < pfns.length; turn++) {
        node = policy.nodes().nextIn(node);
        int oddPages = Math.min(odd, weight(node));
        if (oddPages > 0 && oddPages == odd) {
          resumeNode = node;
          resumeWeight = weight(node) - oddPages;
        }
        odd -= oddPages;
        if (rounds == 0 && oddPages == 0) {
          break;
        }
        take(node, weight(node) * rounds + oddPages);
      }
      task.ilPrev = resumeNode;
      task.ilWeight = resumeWeight;
    }

    private int weight(int node) {
      return interleaving.weight(policy, node);
    }

    private void take(int node, int pages) {
      got += bulk.allocate(cpu, node, Request.ALL_NODES, gfp, pfns, got, pages);
    }
  }
}
