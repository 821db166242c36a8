package dev.quarry.physical;

import java.util.List;

/**
 * A NUMA node: {@code pg_data_t}. Its zones, the order in which requests made on it look for
 * memory, and the statistics that Linux keeps for each node.
 */
public final class Node {
  private final int id;
  private final List<Integer> distances;
  private final boolean movableIsHighMem;
  private static final int LINE = 16;

  /** Numbers of a CPU lie this far apart: whole pairs of cache lines. */
  private static final int STRIDE = (NodeStat.values().length + LINE - 1) & -LINE;

  private final long[] stats = new long[NodeStat.values().length];

  /** What each CPU has added for itself: {@code per_cpu_nodestats}. */
  private final long[] perCpu;

  private Zone[] zones = {};
  private List<Zone> zoneList = List.of();

  /** For each highest zone index: all zones of all nodes, nearest first, highest zone first. */
  Zone[][] fallbackLists = {};

  /** The same, of this node alone: for __GFP_THISNODE. */
  Zone[][] ownLists = {};

  Node(int id, List<Integer> distances, boolean movableIsHighMem, int cpus) {
    this.perCpu = new long[cpus * STRIDE];
    this.id = id;
    this.distances = distances;
    this.movableIsHighMem = movableIsHighMem;
  }

  /** The node's number. */
  public int id() {
    return id;
  }

  /** How far another node's memory is; 10 is local. */
  public int distanceTo(int otherNode) {
    return distances.get(otherNode);
  }

  boolean movableIsHighMem() {
    return movableIsHighMem;
  }

  void zones(Zone[] all) {
    zones = all;
    zoneList = List.of(all);
  }

  /** The node's zones by index, one for each zone type that was built, populated or not. */
  public List<Zone> zones() {
    return zoneList;
  }

  /** The zone of an index. */
  public Zone zone(int index) {
    return zones[index];
  }

  /** Whether the node has RAM. */
  public boolean hasMemory() {
    for (Zone zone : zones) {
      if (zone.isPopulated()) {
        return true;
      }
    }
    return false;
  }

  /** The order in which a request on this node tries zones, up to a highest zone index. */
  public List<Zone> zonelist(int highestZoneIndex) {
    return List.of(fallbackLists[highestZoneIndex]);
  }

  /** A statistic, in the unit of its file (pages, or as its name says). */
  public long stat(NodeStat stat) {
    long sum = stats[stat.ordinal()];
    for (int at = stat.ordinal(); at < perCpu.length; at += STRIDE) {
      sum += perCpu[at];
    }
    return sum;
  }

  /** Sets a statistic; the floors that keep it, and snapshots, do. */
  public void stat(NodeStat stat, long value) {
    stats[stat.ordinal()] += value - stat(stat);
  }

  /** Adds to a statistic; the caller holds the lock of all who do, or is one of them alone. */
  public void add(NodeStat stat, long change) {
    stats[stat.ordinal()] += change;
  }

  /** Adds to a statistic on a CPU that the calling thread holds: needs no lock. */
  public void add(int cpu, NodeStat stat, long change) {
    perCpu[cpu * STRIDE + stat.ordinal()] += change;
  }

  @Override
  public String toString() {
    return "Node " + id;
  }
}
