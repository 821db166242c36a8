package dev.quarry.reclaim;

import dev.quarry.physical.FreeList;
import dev.quarry.physical.MemMap;
import dev.quarry.physical.PageState;
import dev.quarry.physical.Pfn;
import dev.quarry.physical.PhysicalMemory;
import dev.quarry.physical.Zone;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;

/**
 * Checks every equation of {@link Generations}.
 *
 * <pre>
 *   numbers:  min_seq &lt;= max_seq - 1; at most 4 generations
 *   lists:    a page's flags say LRU, not ACTIVE, and the generation and kind of the list it is on
 *   counts:   pages on a list == its zones' counts; the youngest two == active, the others inactive
 * </pre>
 */
final class GenerationInvariants {
  private final PhysicalMemory memory;
  private final MemMap map;
  private final Lruvec lruvec;
  private final Generations generations;
  private final List<String> findings = new ArrayList<>();
  private final Map<LruList, long[]> counted = new EnumMap<>(LruList.class);
  private long listed;

  GenerationInvariants(PhysicalMemory memory, Lruvec lruvec, Generations generations) {
    this.memory = memory;
    this.map = memory.map();
    this.lruvec = lruvec;
    this.generations = generations;
  }

  /** Pages on all lists. */
  long listed() {
    return listed;
  }

  List<String> run() {
    int zones = lruvec.node().zones().size();
    for (LruList which : LruList.EVICTABLE) {
      counted.put(which, new long[zones]);
    }
    for (int type = Generations.ANON; type <= Generations.FILE; type++) {
      long max = generations.maxSeq();
      long min = generations.minSeq(type);
      expect(min <= max - 1 && max - min < Generations.MOST, "seq %d to %d", min, max);
      for (long seq = max; seq > max - Generations.MOST; seq--) {
        list(seq, type, seq >= min);
      }
    }
    counted.forEach(this::totals);
    return findings;
  }

  private void expect(boolean holds, String finding, Object... values) {
    if (!holds) {
      findings.add(String.format(Locale.ROOT, finding, values));
    }
  }

  private void list(long seq, int type, boolean exists) {
    FreeList list = generations.list(seq, type);
    expect(exists || list.first() == Pfn.NONE, "generation %d is over and has pages", seq);
    boolean young = seq >= generations.maxSeq() - 1;
    LruList as =
        type == Generations.FILE
            ? young ? LruList.ACTIVE_FILE : LruList.INACTIVE_FILE
            : young ? LruList.ACTIVE_ANON : LruList.INACTIVE_ANON;
    long[] inZone = new long[lruvec.node().zones().size()];
    int before = Pfn.NONE;
    for (int pfn = list.first(); pfn != Pfn.NONE && listed <= map.endPfn(); pfn = list.after(pfn)) {
      int flags = PageState.flags(map.state(pfn));
      int must = flags & (PageState.LRU | PageState.ACTIVE | PageState.UNEVICTABLE);
      expect(must == PageState.LRU, "frame %d has flags %x", pfn, flags);
      expect(Generations.type(flags) == type, "frame %d is of another kind", pfn);
      int says = generations.flags().generation(pfn);
      expect(says == Generations.generation(seq), "frame %d of %d says %d", pfn, seq, says);
      expect(map.prev(pfn) == before, "frame %d has a wrong neighbour", pfn);
      int size = 1 << PageState.order(map.state(pfn));
      inZone[Objects.requireNonNull(memory.zoneOf(pfn)).index()] += size;
      listed += size;
      before = pfn;
    }
    for (int zone = 0; zone < inZone.length; zone++) {
      long says = generations.size(seq, type, zone);
      expect(
          says == inZone[zone], "seq %d, zone %d: %d, counted %d", seq, zone, inZone[zone], says);
      Objects.requireNonNull(counted.get(as))[zone] += inZone[zone];
    }
  }

  private void totals(LruList which, long[] inZone) {
    long sum = 0;
    for (Zone zone : lruvec.node().zones()) {
      long says = lruvec.inZone(which, zone.index());
      long is = inZone[zone.index()];
      expect(says == is, "%s: %s has %d, counted %d", zone, which, is, says);
      sum += is;
    }
    expect(lruvec.size(which) == sum, "%s has %d, counted %d", which, sum, lruvec.size(which));
  }
}
