package dev.quarry.virtual.cache;

import dev.quarry.machine.SpinLock;
import dev.quarry.physical.Node;
import dev.quarry.physical.NodeStat;
import dev.quarry.physical.PhysicalMemory;
import java.util.Objects;

/** Counts pages of user memory for their nodes: {@code __mod_node_page_state}. */
public final class NodeCounts {
  private final PhysicalMemory memory;
  private final long[] own = new long[NodeStat.values().length];
  private final SpinLock lock = new SpinLock();

  /** Counts of a machine. */
  public NodeCounts(PhysicalMemory memory) {
    this.memory = memory;
  }

  /** Counts a page that came to a statistic of its node, or went. */
  public void add(int pfn, NodeStat stat, int change) {
    Node node = Objects.requireNonNull(memory.zoneOf(pfn)).node();
    lock.lock();
    node.stat(stat, node.stat(stat) + change);
    own[stat.ordinal()] += change;
    lock.unlock();
  }

  /** What was counted here; a machine that continues a recording began with more. */
  public long own(NodeStat stat) {
    return own[stat.ordinal()];
  }
}
