package dev.quarry.reclaim;

import dev.quarry.physical.MemMap;
import dev.quarry.physical.Node;
import dev.quarry.physical.NodeStat;
import dev.quarry.physical.PageState;
import dev.quarry.physical.PhysicalMemory;
import dev.quarry.virtual.cache.NodeCounts;
import org.jspecify.annotations.Nullable;

/**
 * Whether a page that comes back was missed: mm/workingset.c (6.18). When a page is evicted, the
 * node's age stays in its place as a shadow; when it comes back, the difference says how many pages
 * would have had to stay so that it stayed.
 *
 * <pre>
 *   refault distance = age now - age at eviction        age: evictions and activations
 *   missed           = distance &lt;= pages that could make room for it
 *
 *   shadow   31                       8 7      2  1  0
 *           +--------------------------+--------+--+--+
 *           | age in units of a bucket | node   |W |1 |    W: was active once (WORKINGSET)
 *           +--------------------------+--------+--+--+
 * </pre>
 */
final class Workingset {
  private static final int WAS_WORKINGSET = 2;
  private static final int PRESENT = 1;
  private static final int NODE_SHIFT = 2;
  private static final int NODE_MASK = 63;
  private static final int AGE_SHIFT = 8;
  private static final int AGE_BITS = Integer.SIZE - AGE_SHIFT;
  private static final long AGE_MASK = (1L << AGE_BITS) - 1;

  private final MemMap map;
  private final Lruvecs lruvecs;
  private final PhysicalMemory memory;
  private final NodeCounts counts;
  private final SwapUse swap;

  /** Ages are kept in units of so many pages that half of memory is in reach of an age's bits. */
  private final int bucketOrder;

  /** What has to be known of swap. */
  interface SwapUse {
    /** Whether there is a free slot. */
    boolean hasRoom();
  }

  Workingset(PhysicalMemory memory, Lruvecs lruvecs, NodeCounts counts, SwapUse swap) {
    this.memory = memory;
    this.map = memory.map();
    this.lruvecs = lruvecs;
    this.counts = counts;
    this.swap = swap;
    int bits = Integer.SIZE - Integer.numberOfLeadingZeros(map.endPfn());
    this.bucketOrder = Math.max(0, bits - AGE_BITS);
  }

  /** A page was activated: {@code workingset_activation}. */
  void activated(int pfn) {
    lruvecs.of(pfn).nonresidentAge.incrementAndGet();
  }

  /** A page goes; what stays in its place: {@code workingset_eviction}. */
  int evicted(int pfn) {
    Lruvec lruvec = lruvecs.of(pfn);
    Generations generations = lruvec.generations();
    boolean workingset = (PageState.flags(map.state(pfn)) & PageState.WORKINGSET) != 0;
    if (generations != null) {
      return shadow(lruvec, evictedOf(generations, pfn, workingset), workingset);
    }
    return shadow(lruvec, lruvec.nonresidentAge.getAndIncrement() >>> bucketOrder, workingset);
  }

  /** The generations of a page's node, or null. */
  @Nullable Generations generations(int pfn) {
    return lruvecs.of(pfn).generations();
  }

  /** {@code lru_gen_eviction}: its generation, and how often it was used. */
  private long evictedOf(Generations generations, int pfn, boolean workingset) {
    int type = Generations.type(PageState.flags(map.state(pfn)));
    int refs = generations.refs(pfn);
    generations.control.countEvicted(type, RefaultControl.tier(refs, workingset));
    return generations.minSeq(type) << GenerationFlags.REFS_WIDTH | Math.max(refs - 1, 0);
  }

  /** {@code lru_gen_refault}. */
  private void refaultOf(Generations generations, int pfn, int shadow, boolean file) {
    long token = (shadow >>> AGE_SHIFT) & AGE_MASK;
    if (!isRecent(generations, shadow) || (shadow >>> NODE_SHIFT & NODE_MASK) != nodeOf(pfn)) {
      return;
    }
    boolean workingset = (shadow & WAS_WORKINGSET) != 0;
    int refs = (int) (token & ((1 << GenerationFlags.REFS_WIDTH) - 1)) + 1;
    generations.control.countRefault(
        file ? Generations.FILE : Generations.ANON, RefaultControl.tier(refs, workingset));
    count(pfn, file ? NodeStat.WORKINGSET_ACTIVATE_FILE : NodeStat.WORKINGSET_ACTIVATE_ANON);
    if (workingset) {
      map.changeFlags(pfn, 0, PageState.WORKINGSET);
      count(pfn, file ? NodeStat.WORKINGSET_RESTORE_FILE : NodeStat.WORKINGSET_RESTORE_ANON);
    }
  }

  /** {@code lru_gen_test_recent}: its generation has not gone. */
  private static boolean isRecent(Generations generations, int shadow) {
    long token = (shadow >>> AGE_SHIFT) & AGE_MASK;
    long seqMask = AGE_MASK >>> GenerationFlags.REFS_WIDTH;
    long away = Math.abs((generations.maxSeq() & seqMask) - (token >>> GenerationFlags.REFS_WIDTH));
    return away < Generations.MOST;
  }

  /** Whether a page of which this was left will be marked WORKINGSET when it comes back. */
  boolean wasInUse(int shadow, boolean file) {
    if ((shadow & WAS_WORKINGSET) == 0) {
      return false;
    }
    Node node = memory.nodes().get(shadow >>> NODE_SHIFT & NODE_MASK);
    Generations generations = lruvecs.of(node).generations();
    return generations == null ? isRecent(shadow, file) : isRecent(generations, shadow);
  }

  private void count(int pfn, NodeStat stat) {
    counts.add(pfn, stat, 1);
    lruvecs.of(pfn).group().count(stat, 1);
  }

  private int nodeOf(int pfn) {
    return lruvecs.of(pfn).node().id();
  }

  private static int shadow(Lruvec lruvec, long age, boolean workingset) {
    return (int) (age << AGE_SHIFT)
        | lruvec.node().id() << NODE_SHIFT
        | (workingset ? WAS_WORKINGSET : 0)
        | PRESENT;
  }

  /** A page comes back, before it is on a list: {@code workingset_refault}. */
  void refault(int pfn, int shadow) {
    boolean file = (PageState.flags(map.state(pfn)) & PageState.SWAPBACKED) == 0;
    count(pfn, file ? NodeStat.WORKINGSET_REFAULT_FILE : NodeStat.WORKINGSET_REFAULT_ANON);
    Generations generations = generations(pfn);
    if (generations != null) {
      refaultOf(generations, pfn, shadow, file);
      return;
    }
    if (!isRecent(shadow, file)) {
      return;
    }
    map.changeFlags(pfn, 0, PageState.ACTIVE);
    Lruvec lruvec = lruvecs.of(pfn);
    lruvec.nonresidentAge.incrementAndGet();
    count(pfn, file ? NodeStat.WORKINGSET_ACTIVATE_FILE : NodeStat.WORKINGSET_ACTIVATE_ANON);
    if ((shadow & WAS_WORKINGSET) != 0) {
      map.changeFlags(pfn, 0, PageState.WORKINGSET);
      lruvec.lock.lock();
      lruvec.noteCost(file, 1, 0);
      lruvec.lock.unlock();
      count(pfn, file ? NodeStat.WORKINGSET_RESTORE_FILE : NodeStat.WORKINGSET_RESTORE_ANON);
    }
  }

  /** {@code workingset_test_recent}: a page as old as this one could have stayed. */
  private boolean isRecent(int shadow, boolean file) {
    Node node = memory.nodes().get(shadow >>> NODE_SHIFT & NODE_MASK);
    Lruvec lruvec = lruvecs.of(node);
    long evicted = (shadow >>> AGE_SHIFT) & AGE_MASK;
    long now = lruvec.nonresidentAge.get() >>> bucketOrder;
    long distance = ((now - evicted) & AGE_MASK) << bucketOrder;
    long room = lruvec.nodeSize(LruList.ACTIVE_FILE);
    if (!file) {
      room += lruvec.nodeSize(LruList.INACTIVE_FILE);
    }
    if (swap.hasRoom()) {
      room += lruvec.nodeSize(LruList.ACTIVE_ANON);
      room += file ? lruvec.nodeSize(LruList.INACTIVE_ANON) : 0;
    }
    return distance <= room;
  }
}
