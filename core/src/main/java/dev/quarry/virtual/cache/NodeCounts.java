package dev.quarry.virtual.cache;

import dev.quarry.machine.Cpu;
import dev.quarry.machine.SpinLock;
import dev.quarry.physical.Node;
import dev.quarry.physical.NodeStat;
import dev.quarry.physical.PhysicalMemory;
import java.util.Objects;

/** Counts pages of user memory for their nodes: {@code __mod_node_page_state}. */
public final class NodeCounts {
  private final PhysicalMemory memory;
  private final long[] before = new long[NodeStat.values().length];
  private final SpinLock lock = new SpinLock("node counts");

  /** Counts of a machine. */
  public NodeCounts(PhysicalMemory memory) {
    this.memory = memory;
    for (NodeStat stat : NodeStat.values()) {
      before[stat.ordinal()] = memory.stat(stat);
    }
  }

  /** Counts a page that came to a statistic of its node, or went. */
  public void add(int pfn, NodeStat stat, int change) {
    Node node = Objects.requireNonNull(memory.zoneOf(pfn)).node();
    add(node, stat, change);
  }

  /** The same on a CPU that the calling thread holds, without a lock. */
  public void add(Cpu cpu, int pfn, NodeStat stat, int change) {
    Objects.requireNonNull(memory.zoneOf(pfn)).node().add(cpu.id(), stat, change);
  }

  /** Counts for a node. */
  void add(Node node, NodeStat stat, int change) {
    lock.lock();
    node.add(stat, change);
    lock.unlock();
  }

  /** What was counted here; a machine that continues a recording began with more. */
  public long own(NodeStat stat) {
    return memory.stat(stat) - before[stat.ordinal()];
  }
}
