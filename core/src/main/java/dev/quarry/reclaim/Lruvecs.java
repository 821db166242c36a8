package dev.quarry.reclaim;

import dev.quarry.physical.Node;
import dev.quarry.physical.NodeStat;
import dev.quarry.physical.PhysicalMemory;
import dev.quarry.reclaim.group.MemoryGroup;
import dev.quarry.reclaim.group.MemoryGroups;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/** The {@link Lruvec} of each node, and those of each group on it: {@code mem_cgroup_lruvec}. */
final class Lruvecs {
  private final PhysicalMemory memory;
  private final MemoryGroups groups;
  private final Lruvec[] byNode;
  private final Map<Integer, Lruvec[]> byGroup = new ConcurrentHashMap<>();

  /** What generations know of each page; null: pages are on active and inactive lists. */
  private volatile @Nullable GenerationFlags flags;

  Lruvecs(PhysicalMemory memory, MemoryGroups groups) {
    this.memory = memory;
    this.groups = groups;
    this.byNode =
        memory.nodes().stream()
            .map(node -> new Lruvec(memory, node, groups.root()))
            .toArray(Lruvec[]::new);
  }

  /** Where a page's lists are. */
  Lruvec of(int pfn) {
    return inGroup(rootOf(pfn), groups.idOf(pfn));
  }

  /**
   * The same, locked. A page that is on a list keeps its group while they are; until then it may be
   * freed and come back as another group's: {@code folio_lruvec_lock}.
   */
  Lruvec lock(int pfn) {
    Lruvec root = rootOf(pfn);
    root.lock.lock(); // the lists of all groups share it
    return inGroup(root, groups.idOf(pfn));
  }

  private Lruvec rootOf(int pfn) {
    return byNode.length == 1
        ? byNode[0]
        : byNode[Objects.requireNonNull(memory.zoneOf(pfn)).node().id()];
  }

  private Lruvec inGroup(Lruvec root, int group) {
    return group == 0 ? root : ofGroup(group)[root.node().id()];
  }

  /** The lists of a node's pages that are no group's. */
  Lruvec of(Node node) {
    return byNode[node.id()];
  }

  private Lruvec[] ofGroup(int id) {
    return byGroup.computeIfAbsent(
        id, key -> Arrays.stream(byNode).map(root -> fresh(root, key)).toArray(Lruvec[]::new));
  }

  /** The lists of a new group, kept as the others are. */
  private Lruvec fresh(Lruvec root, int id) {
    Lruvec lruvec = new Lruvec(memory, root.node(), groups.of(id), root);
    lruvec.beginWith(generations(lruvec));
    return lruvec;
  }

  private @Nullable Generations generations(Lruvec lruvec) {
    return flags == null ? null : new Generations(memory, lruvec, flags);
  }

  /** Whether pages are in generations. */
  boolean areGenerations() {
    return flags != null;
  }

  /** Changes all to generations, or back. */
  void become(boolean toGenerations) {
    flags = toGenerations ? new GenerationFlags(memory.map().endPfn()) : null;
    for (Lruvec lruvec : all()) {
      lruvec.become(generations(lruvec));
    }
  }

  /** All lists of a node. */
  List<Lruvec> allOf(Node node) {
    if (!groups.isInUse()) {
      return List.of(byNode[node.id()]);
    }
    return of(node, groups.root());
  }

  /** The lists on a node of a group and of those below it. */
  List<Lruvec> of(Node node, MemoryGroup group) {
    List<Lruvec> lists = new ArrayList<>();
    for (MemoryGroup one : group.subtree()) {
      lists.add(one.isRoot() ? byNode[node.id()] : ofGroup(one.id())[node.id()]);
    }
    return lists;
  }

  /** A group goes: its pages move to the lists of the group above it. */
  void reparent(MemoryGroup group) {
    MemoryGroup parent = Objects.requireNonNull(group.parent());
    Lruvec[] from = ofGroup(group.id());
    Lruvec[] to = parent.isRoot() ? byNode : ofGroup(parent.id());
    for (Lruvec root : byNode) {
      root.lock.lock();
    }
    for (int node = 0; node < byNode.length; node++) {
      from[node].moveTo(to[node]);
    }
    groups.remove(group);
    for (Lruvec root : byNode) {
      root.lock.unlock();
    }
    byGroup.remove(group.id());
  }

  /** Pages on one kind of list, of a group and of those below it. */
  long listed(MemoryGroup group, NodeStat stat) {
    long pages = 0;
    for (Node node : memory.nodes()) {
      for (Lruvec lruvec : of(node, group)) {
        for (LruList which : LruList.values()) {
          pages += which.nodeStat() == stat ? lruvec.size(which) : 0;
        }
      }
    }
    return pages;
  }

  List<Lruvec> all() {
    List<Lruvec> all = new ArrayList<>();
    memory.nodes().forEach(node -> all.addAll(allOf(node)));
    return all;
  }
}
