package dev.quarry.virtual.cache;

import dev.quarry.physical.NodeStat;
import dev.quarry.physical.PhysicalMemory;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;

/**
 * Nodes of files' indexes that hold nothing but shadows, the oldest first: {@code shadow_nodes}
 * (mm/workingset.c, 6.18). Files that are long gone from memory would keep them for ever, so that
 * only as many stay as tell something of pages that could be in memory.
 *
 * <pre>
 *   most = pages / 8        a node has 64 places, and is worth its memory if an eighth of them tell
 * </pre>
 *
 * <p>Its lock is innermost: no cache's is taken with it held.
 */
public final class ShadowNodes {
  /** XA_CHUNK_SHIFT - 3. */
  private static final int SHIFT = 3;

  private record Key(PageCache cache, long node) {
    @Override
    public boolean equals(Object other) {
      return other instanceof Key key && key.cache == cache && key.node == node;
    }

    @Override
    public int hashCode() {
      return 31 * cache.handle() + Long.hashCode(node);
    }
  }

  private final PhysicalMemory memory;
  private final NodeCounts counts;
  private final LinkedHashSet<Key> all = new LinkedHashSet<>();

  ShadowNodes(PhysicalMemory memory, NodeCounts counts) {
    this.counts = counts;
    this.memory = memory;
  }

  synchronized void add(PageCache cache, long node) {
    if (all.add(new Key(cache, node))) {
      count(1);
    }
  }

  synchronized void remove(PageCache cache, long node) {
    if (!all.isEmpty() && all.remove(new Key(cache, node))) {
      count(-1);
    }
  }

  private void count(int change) {
    counts.add(memory.nodes().getFirst(), NodeStat.WORKINGSET_NODES, change);
  }

  /** All of them: {@code workingset_nodes}. */
  public synchronized long size() {
    return all.size();
  }

  /** How many are too many: {@code count_shadow_nodes}. */
  public long surplus() {
    long pages = 0;
    for (NodeStat stat : LISTS) {
      pages += memory.stat(stat);
    }
    return Math.max(0, size() - (pages >>> SHIFT));
  }

  private static final List<NodeStat> LISTS =
      List.of(
          NodeStat.NR_INACTIVE_ANON,
          NodeStat.NR_ACTIVE_ANON,
          NodeStat.NR_INACTIVE_FILE,
          NodeStat.NR_ACTIVE_FILE,
          NodeStat.NR_UNEVICTABLE,
          NodeStat.NR_SLAB_RECLAIMABLE,
          NodeStat.NR_SLAB_UNRECLAIMABLE);

  /** Forgets the oldest: {@code shadow_lru_isolate}; how many. */
  public long drop(long most) {
    List<Key> oldest = new ArrayList<>();
    synchronized (this) {
      for (Key key : all) {
        if (oldest.size() < most) {
          oldest.add(key);
        }
      }
    }
    oldest.forEach(key -> key.cache().dropShadowNode(key.node()));
    counts.add(memory.nodes().getFirst(), NodeStat.WORKINGSET_NODERECLAIM, oldest.size());
    return oldest.size();
  }
}
