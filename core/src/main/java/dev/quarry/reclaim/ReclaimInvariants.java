package dev.quarry.reclaim;

import dev.quarry.physical.FreeList;
import dev.quarry.physical.MemMap;
import dev.quarry.physical.NodeStat;
import dev.quarry.physical.PageState;
import dev.quarry.physical.Pfn;
import dev.quarry.physical.PhysicalMemory;
import dev.quarry.physical.Zone;
import dev.quarry.physical.ZoneStat;
import dev.quarry.virtual.PageTableLayout;
import dev.quarry.virtual.Pte;
import dev.quarry.virtual.TableMemory;
import dev.quarry.virtual.cache.PageCache;
import dev.quarry.virtual.fault.UserPages;
import dev.quarry.virtual.space.MmStruct;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;

/**
 * Checks every equation of lists and swap. The machine must be at rest.
 *
 * <pre>
 *   lists:  a page that says LRU is on the one list that its flags say, and on no other;
 *           pages on a list == the node's count == its zones' counts together
 *   locked: NR_MLOCK == pages that say UNEVICTABLE
 *   slots:  users == entries of page tables and shared memory that say the slot;
 *           in use == users or a frame; used of an area == its slots in use
 *   cache:  a slot's frame says SWAPCACHE and the slot; NR_SWAPCACHED == frames
 * </pre>
 */
final class ReclaimInvariants {
  private static final int MOST_FINDINGS = 50;

  private final PhysicalMemory memory;
  private final MemMap map;
  private final Swap swap;
  private final UserPages pages;
  private final List<String> findings = new ArrayList<>();
  private long mlocked;
  private long listed;

  private ReclaimInvariants(PhysicalMemory memory, Swap swap, UserPages pages) {
    this.memory = memory;
    this.map = memory.map();
    this.swap = swap;
    this.pages = pages;
  }

  static List<String> check(
      PhysicalMemory memory, Lruvecs lruvecs, LruBatches batches, Swap swap, UserPages pages) {
    ReclaimInvariants check = new ReclaimInvariants(memory, swap, pages);
    lruvecs.all().forEach(check::lists);
    check.frames(batches);
    check.slots();
    return check.findings;
  }

  private void expect(boolean holds, String finding, Object... values) {
    if (!holds && findings.size() < MOST_FINDINGS) {
      findings.add(String.format(Locale.ROOT, finding, values));
    }
  }

  private void lists(Lruvec lruvec) {
    if (lruvec.generations() != null) {
      generations(lruvec, lruvec.generations());
    }
    for (LruList which : LruList.values()) {
      if (lruvec.generations() != null && which != LruList.UNEVICTABLE) {
        continue;
      }
      FreeList list = lruvec.list(which);
      long[] inZone = new long[lruvec.node().zones().size()];
      int before = Pfn.NONE;
      long count = 0;
      for (int pfn = list.first();
          pfn != Pfn.NONE && count <= map.endPfn();
          pfn = list.after(pfn)) {
        int flags = PageState.flags(map.state(pfn));
        boolean here = (flags & PageState.LRU) != 0 && LruList.of(flags) == which;
        expect(here, "frame %d is on %s, its flags are %x", pfn, which, flags);
        expect(map.prev(pfn) == before, "%s: frame %d has a wrong neighbour", which, pfn);
        int size = 1 << PageState.order(map.state(pfn));
        inZone[Objects.requireNonNull(memory.zoneOf(pfn)).index()] += size;
        before = pfn;
        count += size;
      }
      listed += count;
      expect(list.last() == before, "%s does not end with frame %d", which, before);
      expect(
          lruvec.size(which) == count, "%s has %d, counted %d", which, count, lruvec.size(which));
      for (Zone zone : lruvec.node().zones()) {
        long counted = lruvec.inZone(which, zone.index());
        expect(counted == inZone[zone.index()], "%s: %s counts %d", zone, which, counted);
      }
    }
  }

  private void generations(Lruvec lruvec, Generations generations) {
    GenerationInvariants check = new GenerationInvariants(memory, lruvec, generations);
    check.run().forEach(finding -> expect(false, "%s", finding));
    listed += check.listed();
  }

  /** All descriptors: none says LRU and is on no list, or is on one for nobody. */
  private void frames(LruBatches batches) {
    long lru = 0;
    long cached = 0;
    for (Zone zone : memory.zones()) {
      for (int pfn = zone.startPfn(); pfn < zone.endPfn(); pfn++) {
        long state = map.state(pfn);
        if (PageState.isAllocated(state)) {
          int size = 1 << PageState.order(state);
          lru += (state & PageState.LRU) != 0 ? size : 0;
          mlocked += (state & PageState.UNEVICTABLE) != 0 ? size : 0;
          cached += (state & PageState.SWAPCACHE) != 0 ? 1 : 0;
          expect(!isForgotten(state, pfn), "frame %d is on a list, and nobody has it", pfn);
        }
      }
    }
    expect(lru == listed, "%d frames say LRU, %d are on lists", lru, listed);
    long counted = 0;
    for (Zone zone : memory.zones()) {
      counted += zone.stat(ZoneStat.NR_MLOCK);
    }
    expect(counted == mlocked, "NR_MLOCK is %d, %d frames are locked", counted, mlocked);
    long inCache = pages.counted(NodeStat.NR_SWAPCACHED);
    expect(inCache == cached, "NR_SWAPCACHED is %d, %d frames are", inCache, cached);
    expect(batches.waiting() >= 0, "%d pages wait", batches.waiting());
  }

  /** A private page that neither an entry nor swap leads to, and that was not freed. */
  private boolean isForgotten(long state, int pfn) {
    int asked = PageState.LRU | PageState.ANON | PageState.SWAPCACHE;
    boolean nowhere = (PageState.flags(state) & asked) == (PageState.LRU | PageState.ANON);
    return nowhere && PageState.order(state) == 0 && map.mapcount(pfn) == 0;
  }

  private void slots() {
    Map<Long, Integer> said = entries();
    for (SwapArea area : swap.areas().all()) {
      int used = 0;
      for (int slot = 1; slot < area.slots(); slot++) {
        if (area.isInUse(slot)) {
          used++;
          slot(area, slot, said);
        }
      }
      expect(area.used() == used, "%s: %d used, %d in use", area.name(), area.used(), used);
    }
    expect(said.isEmpty(), "entries say slots that are not in use: %s", said);
  }

  private void slot(SwapArea area, int slot, Map<Long, Integer> said) {
    SwapCluster cluster = area.cluster(slot);
    int at = SwapArea.inCluster(slot);
    Integer entries = said.remove(Pte.swapped(pages.spaces().tableLayout(), area.type(), slot));
    int users = entries == null ? 0 : entries;
    expect(
        cluster.users[at] == users,
        "slot %d: %d users, %d entries",
        slot,
        cluster.users[at],
        users);
    int pfn = cluster.frame(at);
    if (pfn != Pfn.NONE) {
      boolean says = (PageState.flags(map.state(pfn)) & PageState.SWAPCACHE) != 0;
      long entry = says ? swap.entryOf(pfn) : Pte.NONE;
      boolean same = entry == Pte.swapped(pages.spaces().tableLayout(), area.type(), slot);
      expect(same, "slot %d has frame %d, which says %x", slot, pfn, entry);
    }
  }

  /** How many entries of page tables, and of files of shared memory, say each slot. */
  private Map<Long, Integer> entries() {
    Map<Long, Integer> said = new HashMap<>();
    TableMemory tables = pages.spaces().kernel().tables().memory();
    long userPages = pages.spaces().userEnd() >>> PageTableLayout.PAGE_SHIFT;
    for (MmStruct mm : pages.spaces().all()) {
      mm.tables()
          .forEachRun(
              0,
              userPages,
              (address, slot, entries, level) -> {
                for (int i = 0; i < entries; i++) {
                  long entry = tables.entry(slot + (long) i * tables.layout().pointerBytes());
                  if (entry != Pte.NONE && !Pte.isMapped(entry)) {
                    said.merge(entry, 1, Integer::sum);
                  }
                }
              });
    }
    for (PageCache cache : pages.caches().all()) {
      cache.shmem().forEachEntry(entry -> said.merge(entry, 1, Integer::sum));
    }
    return said;
  }
}
