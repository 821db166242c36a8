package dev.quarry.virtual.cache;

import dev.quarry.machine.Cpu;
import dev.quarry.machine.SpinLock;
import dev.quarry.physical.Node;
import dev.quarry.physical.NodeStat;
import dev.quarry.physical.PhysicalMemory;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** Counts pages of user memory for their nodes: {@code __mod_node_page_state}. */
public final class NodeCounts {
  private final PhysicalMemory memory;
  private final long[] before = new long[NodeStat.values().length];
  private final SpinLock lock = new SpinLock("node counts");

  /** The node of all frames, if there is but one: most machines need not look for it. */
  private final @Nullable Node only;

  /** Counts of a machine. */
  public NodeCounts(PhysicalMemory memory) {
    this.memory = memory;
    this.only = memory.nodes().size() == 1 ? memory.nodes().getFirst() : null;
    for (NodeStat stat : NodeStat.values()) {
      before[stat.ordinal()] = memory.stat(stat);
    }
  }

  /** Counts a page that came to a statistic of its node, or went. */
  public void add(int pfn, NodeStat stat, int change) {
    add(nodeOf(pfn), stat, change);
  }

  /** The same on a CPU that the calling thread holds, without a lock. */
  public void add(Cpu cpu, int pfn, NodeStat stat, int change) {
    nodeOf(pfn).add(cpu.id(), stat, change);
  }

  private Node nodeOf(int pfn) {
    return only != null ? only : Objects.requireNonNull(memory.zoneOf(pfn)).node();
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
