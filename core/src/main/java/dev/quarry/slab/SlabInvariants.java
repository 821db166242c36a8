package dev.quarry.slab;

import dev.quarry.machine.Host;
import dev.quarry.physical.NodeStat;
import dev.quarry.physical.PageState;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.BitSet;
import java.util.List;
import java.util.Locale;

/**
 * Checks every equation of the caches, from the bytes up. The machine must be at rest.
 *
 * <pre>
 *   each slab:   active + in arrays + free chain + local chain + remote chain == num; no chain has
 *                a circle, no object is in two; toGo == objects in use, for a slab of a CPU's list
 *   each list:   links agree both ways; a slab's counts say that it belongs there
 *   each cache:  freeObjects of a node == sum over its slabs of num - inuse
 *   each frame:  a slab's frames point to it, and no other frame does
 *   each node:   NR_SLAB_* == pages of all slabs and of large blocks
 * </pre>
 */
final class SlabInvariants {
  private static final int MOST_FINDINGS = 50;

  private final SlabCore core;
  private final DirectMemory memory;
  private final List<String> findings = new ArrayList<>();
  private final BitSet frames = new BitSet();

  private SlabInvariants(SlabCore core) {
    this.core = core;
    this.memory = core.memory;
  }

  /** Checks all caches; an empty list is a sound machine. */
  static List<String> check(SlabCore core) {
    SlabInvariants check = new SlabInvariants(core);
    for (KmemCache cache : core.caches()) {
      check.cache(cache);
    }
    core.rcu.slabs().forEach(slab -> check.slabFrames(slab.cache(), slab.slab()));
    check.otherFrames();
    return check.findings;
  }

  private void expect(boolean holds, String finding, Object... values) {
    if (!holds && findings.size() < MOST_FINDINGS) {
      findings.add(String.format(Locale.ROOT, finding, values));
    }
  }

  private void cache(KmemCache cache) {
    for (int node = 0; node < core.physical.nodes().size(); node++) {
      NodeSlabs of = cache.node(node);
      long free = 0;
      for (SlabList list : of.lists()) {
        for (long slab : walk(cache, list)) {
          free += unowned(cache, slab, node);
        }
      }
      expect(
          free == of.freeObjects(),
          "cache %s node %d: free objects %d, its slabs have %d",
          cache,
          node,
          of.freeObjects(),
          free);
    }
    for (int cpu = 0; cpu < core.states.length; cpu++) {
      CpuSlabs of = cache.cpu(cpu);
      if (of.currentSlab() != Slab.NONE) {
        owned(cache, of.currentSlab(), cpu, SlabList.Kind.CURRENT);
      }
      for (SlabList list : of.lists()) {
        for (long slab : walk(cache, list)) {
          owned(cache, slab, cpu, list.kind());
        }
      }
    }
    arrays(cache);
  }

  private List<Long> walk(KmemCache cache, SlabList list) {
    List<Long> slabs = new ArrayList<>();
    long previous = Slab.NONE;
    long slab = list.first();
    while (slab != Slab.NONE && slabs.size() <= list.count()) {
      expect(
          list.prev(slab) == previous && SlabList.Kind.of(memory.trusted(slab)) == list.kind(),
          "cache %s: slab 0x%x is on list %s, it says %s, prev 0x%x instead of 0x%x",
          cache,
          slab,
          list.kind(),
          SlabList.Kind.of(memory.trusted(slab)),
          list.prev(slab),
          previous);
      slabs.add(slab);
      previous = slab;
      slab = list.next(slab);
    }
    expect(
        slabs.size() == list.count() && list.last() == previous,
        "cache %s: list %s has %d slabs, counted %d",
        cache,
        list.kind(),
        slabs.size(),
        list.count());
    return slabs;
  }

  /** Checks a slab of a node's list; returns its free objects. */
  private int unowned(KmemCache cache, long slab, int node) {
    long at = memory.trusted(slab);
    int[] counts = objects(cache, slab);
    int held = counts[ACTIVE] + counts[CACHED] + counts[REMOTE];
    expect(
        Slab.owner(at) == Slab.NO_OWNER && Slab.node(at) == node && counts[LOCAL] == 0,
        "cache %s: slab 0x%x on node %d says owner %d, node %d",
        cache,
        slab,
        node,
        Slab.owner(at),
        Slab.node(at));
    expect(
        Slab.inUse(at) == held,
        "cache %s: slab 0x%x: inuse %d, in use %d",
        cache,
        slab,
        Slab.inUse(at),
        held);
    belongs(cache, slab, held);
    slabFrames(cache, slab);
    return Slab.num(at) - held;
  }

  private void owned(KmemCache cache, long slab, int cpu, SlabList.Kind kind) {
    long at = memory.trusted(slab);
    int[] counts = objects(cache, slab);
    int held = counts[ACTIVE] + counts[REMOTE];
    expect(
        Slab.owner(at) == cpu && counts[CACHED] == 0,
        "cache %s: slab 0x%x of CPU %d says owner %d",
        cache,
        slab,
        cpu,
        Slab.owner(at));
    if (kind != SlabList.Kind.CURRENT) {
      int toGo = kind == SlabList.Kind.PARTIAL ? held : kind == SlabList.Kind.FULL ? 1 : Slab.NEVER;
      expect(
          Slab.toGo(at) == toGo,
          "cache %s: slab 0x%x on list %s: toGo %d instead of %d",
          cache,
          slab,
          kind,
          Slab.toGo(at),
          toGo);
      belongs(cache, slab, held);
    }
    slabFrames(cache, slab);
  }

  private void belongs(KmemCache cache, long slab, int held) {
    long at = memory.trusted(slab);
    SlabList.Kind right = SlabList.Kind.PARTIAL;
    if (held == 0) {
      right = SlabList.Kind.FREE;
    } else if (held == Slab.num(at)) {
      right = SlabList.Kind.FULL;
    }
    expect(
        SlabList.Kind.of(at) == right,
        "cache %s: slab 0x%x with %d of %d objects in use is on list %s",
        cache,
        slab,
        held,
        Slab.num(at),
        SlabList.Kind.of(at));
  }

  private static final int ACTIVE = 0;
  private static final int CACHED = 1;
  private static final int FREE = 2;
  private static final int LOCAL = 3;
  private static final int REMOTE = 4;

  /** Counts a slab's objects by where they are; each must be in exactly one place. */
  private int[] objects(KmemCache cache, long slab) {
    int[] counts = new int[REMOTE + 1];
    SlabView view;
    try {
      view = SlabView.of(core, slab);
    } catch (IllegalStateException e) {
      expect(false, "cache %s: %s", cache, e);
      return counts;
    }
    BitSet chained = new BitSet();
    List<List<Integer>> chains = List.of(view.freeChain(), view.localChain(), view.remoteChain());
    for (List<Integer> chain : chains) {
      chain.forEach(chained::set);
    }
    for (int number : view.numbers()) {
      counts[ACTIVE] += number == Bufctl.ACTIVE ? 1 : 0;
      counts[CACHED] += number == Bufctl.CACHED ? 1 : 0;
    }
    counts[FREE] = view.freeChain().size();
    counts[LOCAL] = view.localChain().size();
    counts[REMOTE] = view.remoteChain().size();
    int all = Arrays.stream(counts).sum();
    int free = counts[FREE] + counts[LOCAL] + counts[REMOTE];
    expect(
        all == view.numbers().size() && chained.cardinality() == free,
        "cache %s: slab 0x%x: active, cached, free, local, remote %s are not its %d objects",
        cache,
        slab,
        Arrays.toString(counts),
        view.numbers().size());
    expect(
        counts[REMOTE] == Slab.remoteCount(Slab.remote(memory.trusted(slab))),
        "cache %s: slab 0x%x: %d objects freed by others, counted %d",
        cache,
        slab,
        counts[REMOTE],
        Slab.remoteCount(Slab.remote(memory.trusted(slab))));
    return counts;
  }

  private void arrays(KmemCache cache) {
    ArrayCaches arrays = cache.arrays();
    if (arrays == null) {
      return;
    }
    List<Long> held = arrays.objects();
    for (long object : held) {
      long at = memory.trusted(core.map.slab(core.pfnOf(object)));
      int index = Slab.indexOf(at, object);
      expect(
          index != Slab.NO_OBJECT && Bufctl.get(Slab.chain(at), index) == Bufctl.CACHED,
          "cache %s: object 0x%x in an array is not marked so",
          cache,
          object);
    }
    long marked = 0;
    for (SlabView slab : cache.slabs()) {
      marked += slab.numbers().stream().filter(number -> number == Bufctl.CACHED).count();
    }
    expect(
        marked == held.size(),
        "cache %s: %d objects are marked as in arrays, %d are there",
        cache,
        marked,
        held.size());
  }

  private void slabFrames(KmemCache cache, long slab) {
    int first = core.pfnOf(Host.getLong(memory.trusted(slab) + Slab.PAGE));
    for (int pfn = first; pfn < first + (1 << cache.geometry().order()); pfn++) {
      boolean right =
          (core.map.state(pfn) & PageState.SLAB) != 0
              && core.map.slab(pfn) == slab
              && core.map.slabHost(pfn) == memory.trusted(slab)
              && core.map.mapping(pfn) == cache.id();
      expect(right, "cache %s: frame %d does not point to its slab 0x%x", cache, pfn, slab);
      expect(!frames.get(pfn), "frame %d is in two slabs", pfn);
      frames.set(pfn);
    }
  }

  /** No other frame says that it is a slab's, and the nodes' counters add up. */
  private void otherFrames() {
    long counted = 0;
    for (int node = 0; node < core.physical.nodes().size(); node++) {
      counted += core.physical.nodes().get(node).stat(NodeStat.NR_SLAB_RECLAIMABLE);
      counted += core.physical.nodes().get(node).stat(NodeStat.NR_SLAB_UNRECLAIMABLE);
    }
    long large = core.large.pages();
    expect(
        counted == frames.cardinality() + large,
        "NR_SLAB counters say %d pages, slabs have %d, large blocks %d",
        counted,
        frames.cardinality(),
        large);
  }
}
