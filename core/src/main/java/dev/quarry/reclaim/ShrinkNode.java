package dev.quarry.reclaim;

import dev.quarry.physical.Node;
import dev.quarry.physical.NodeBalance;
import dev.quarry.reclaim.group.GroupEvent;
import dev.quarry.reclaim.group.MemoryGroup;
import dev.quarry.reclaim.group.MemoryGroups;
import dev.quarry.reclaim.group.PageCounter;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/**
 * Reclaims from one node, one priority's worth, group after group: {@code shrink_node}, {@code
 * shrink_node_memcgs}, {@code mem_cgroup_iter} (mm/vmscan.c, mm/memcontrol.c, 6.18).
 *
 * <pre>
 *   usage &lt;= effective min  ──► left alone
 *   usage &lt;= effective low  ──► left alone, unless nothing else is to be had
 *   above                   ──► lists are gone over, the less the more of it is protected
 * </pre>
 *
 * <p>Who needs a few pages stops when he has them, and the next one begins with the next group, so
 * that it is not always the same that gives.
 */
final class ShrinkNode {
  /** Where the next one begins: in a node, for who reclaims in a group. */
  private record Walk(int node, int target) {}

  private final NodeBalance balance;
  private final LruPolicy policy;
  private final Shrinkers shrinkers;
  private final MemoryGroups groups;
  private final Map<Walk, Integer> lastGroups = new ConcurrentHashMap<>();

  ShrinkNode(NodeBalance balance, LruPolicy policy, Shrinkers shrinkers, MemoryGroups groups) {
    this.balance = balance;
    this.policy = policy;
    this.shrinkers = shrinkers;
    this.groups = groups;
  }

  LruPolicy policy() {
    return policy;
  }

  void shrink(Node node, ScanControl scan) {
    List<Lruvec> lists = scan.scope.lruvecs(node);
    boolean partial = lists.size() > 1 && !scan.kswapd && !scan.allGroups;
    Walk walk = new Walk(node.id(), scan.scope.target().id());
    int first = partial ? after(lists, lastGroups.getOrDefault(walk, 0)) : 0;
    int last = 0;
    for (int i = first; i < lists.size(); i++) {
      one(node, lists.get(i), scan);
      if (partial && scan.reclaimed >= scan.toReclaim) {
        scan.skippedGroups |= i + 1 < lists.size();
        last = i + 1 < lists.size() ? lists.get(i).group().id() : 0;
        break;
      }
    }
    if (partial) {
      scan.skippedGroups |= first > 0;
      lastGroups.put(walk, last);
    }
    shrinkers.shrink(scan.cpu, scan.priority);
  }

  /** The place behind a group; the first one if it was the last, or is gone. */
  private static int after(List<Lruvec> lists, int group) {
    for (int i = 0; group != 0 && i < lists.size(); i++) {
      if (lists.get(i).group().id() == group) {
        return (i + 1) % lists.size();
      }
    }
    return 0;
  }

  private void one(Node node, Lruvec lruvec, ScanControl scan) {
    if (isProtected(lruvec.group(), scan)) {
      return;
    }
    ScanCounts.prepare(lruvec, scan, balance.freePages(node), balance.highMarks(node));
    policy.shrink(lruvec, scan);
  }

  /** {@code mem_cgroup_below_min}, {@code mem_cgroup_below_low}. */
  private boolean isProtected(MemoryGroup group, ScanControl scan) {
    MemoryGroup target = scan.scope.target();
    if (group == target || group.isRoot()) {
      return false;
    }
    PageCounter counter = group.memory();
    counter.calculate(target.memory(), groups.isRecursive());
    if (counter.effectiveMin() >= counter.usage()) {
      return true;
    }
    if (counter.effectiveLow() < counter.usage()) {
      return false;
    }
    if (scan.reclaimsLow) {
      group.count(GroupEvent.LOW);
      return false;
    }
    scan.skippedLow = true;
    return true;
  }
}
