package dev.quarry.reclaim;

import dev.quarry.physical.Node;
import dev.quarry.physical.NodeBalance;

/** Reclaims from one node, one priority's worth: {@code shrink_node} (mm/vmscan.c, 6.18). */
final class ShrinkNode {
  private final NodeBalance balance;
  private final LruPolicy policy;
  private final Shrinkers shrinkers;

  ShrinkNode(NodeBalance balance, LruPolicy policy, Shrinkers shrinkers) {
    this.balance = balance;
    this.policy = policy;
    this.shrinkers = shrinkers;
  }

  LruPolicy policy() {
    return policy;
  }

  void shrink(Node node, ScanControl scan) {
    for (Lruvec lruvec : scan.lruvecs(node)) {
      ScanCounts.prepare(lruvec, scan, balance.freePages(node), balance.highMarks(node));
      policy.shrink(lruvec, scan);
    }
    shrinkers.shrink(scan.cpu, scan.priority);
  }
}
