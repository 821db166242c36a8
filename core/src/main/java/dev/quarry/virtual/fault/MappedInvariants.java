package dev.quarry.virtual.fault;

import dev.quarry.physical.MemMap;
import dev.quarry.physical.NodeStat;
import dev.quarry.physical.PageState;
import dev.quarry.virtual.PageTableLayout;
import dev.quarry.virtual.Pte;
import dev.quarry.virtual.TableMemory;
import dev.quarry.virtual.cache.PageCache;
import dev.quarry.virtual.space.MmStruct;
import dev.quarry.virtual.space.RssKind;
import dev.quarry.virtual.space.VmAreaStruct;
import dev.quarry.virtual.space.VmFlags;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;

/**
 * Checks every equation of the pages that processes map. The machine must be at rest.
 *
 * <pre>
 *   frames:   mapcount == entries that show it; references >= mapcount + 1 if a cache has it
 *   spaces:   pages counted of each kind == entries of that kind, all of them in areas
 *   machine:  NR_ANON_PAGES == private frames; NR_MAPPED == frames of files in entries;
 *             NR_FILE_PAGES == pages in caches, that of swap too; NR_SHMEM == those of shared memory
 *   locked:   an area that locks its pages shows a frame, if it is unevictable
 *   entries:  a private one that is writable shows a page that nobody else has
 * </pre>
 */
public final class MappedInvariants {
  private static final int MOST_FINDINGS = 50;

  private final UserPages pages;
  private final VmAreaStruct areas;
  private final MemMap map;
  private final TableMemory tables;
  private final List<String> findings = new ArrayList<>();
  private final Map<Integer, Integer> shown = new TreeMap<>();
  private final BitSet locked = new BitSet();
  private final HugeInvariants huge;

  private MappedInvariants(UserPages pages) {
    this.pages = pages;
    this.areas = pages.spaces().areas();
    this.map = pages.spaces().kernel().memory().map();
    this.tables = pages.spaces().kernel().tables().memory();
    this.huge = new HugeInvariants(pages);
  }

  /** Checks all address spaces of a machine; an empty list is a sound one. */
  public static List<String> check(UserPages pages) {
    MappedInvariants check = new MappedInvariants(pages);
    for (MmStruct mm : pages.spaces().all()) {
      check.space(mm);
    }
    check.caches();
    check.frames();
    check.findings.addAll(check.huge.findings());
    return check.findings;
  }

  private void expect(boolean holds, String finding, Object... values) {
    if (!holds && findings.size() < MOST_FINDINGS) {
      findings.add(String.format(Locale.ROOT, finding, values));
    }
  }

  private void equal(String name, long counted, long sum) {
    expect(counted == sum, "%s is %d, its pages are %d", name, counted, sum);
  }

  private void space(MmStruct mm) {
    long[] rss = new long[RssKind.values().length];
    Map<Long, Integer> hugeOfTable = new TreeMap<>();
    long userPages = pages.spaces().userEnd() >>> PageTableLayout.PAGE_SHIFT;
    mm.tables()
        .forEachRun(
            0,
            userPages,
            (address, slot, entries, level) -> {
              if (level > PageTableLayout.PTE_LEVEL) {
                rss[RssKind.ANON.ordinal()] += huge.huge(mm, address, tables.entry(slot));
                hugeOfTable.merge(slot & -PageTableLayout.PAGE_SIZE, 1, Integer::sum);
                return;
              }
              for (int i = 0; i < entries; i++) {
                long entry = tables.entry(slot + (long) i * tables.layout().pointerBytes());
                if (entry != Pte.NONE) {
                  entry(mm, address + ((long) i << PageTableLayout.PAGE_SHIFT), entry, rss);
                }
              }
            });
    huge.space(mm, hugeOfTable);
    for (RssKind kind : RssKind.values()) {
      equal(mm + ": " + kind, mm.rss(kind), rss[kind.ordinal()]);
    }
  }

  private void entry(MmStruct mm, long address, long entry, long[] rss) {
    long vma = mm.lookup(address);
    if (vma == VmAreaStruct.NONE) {
      expect(false, "%x is mapped and in no area", address);
      return;
    }
    if (!Pte.isMapped(entry)) {
      rss[RssKind.SWAP.ordinal()]++;
      return;
    }
    int pfn = (int) ((entry & tables.layout().frameMask()) >>> PageTableLayout.PAGE_SHIFT);
    if (pfn == pages.zeroPfn()) {
      expect((entry & Pte.RW) == 0, "%x: the page of zeros can be written", address);
      return;
    }
    boolean part = huge.small(mm, pfn);
    if (!part) {
      shown.merge(pfn, 1, Integer::sum);
      if (areas.has(vma, VmFlags.LOCKED)) {
        locked.set(pfn);
      }
    }
    int flags = PageState.flags(map.state(pfn));
    boolean anon = (flags & PageState.ANON) != 0;
    boolean shmem = (flags & PageState.SWAPBACKED) != 0;
    RssKind kind = anon ? RssKind.ANON : shmem ? RssKind.SHMEM : RssKind.FILE;
    rss[kind.ordinal()]++;
    int index = (int) areas.pgoffAt(vma, address);
    int known = part ? indexInBlock(pfn) : map.index(pfn);
    expect(known == index, "%x: frame %d has index %d", address, pfn, known);
    boolean allowed = (areas.flags(vma) & VmFlags.WRITE) != 0 || (entry & Pte.RW) == 0;
    expect(allowed, "%x can be written, its area cannot", address);
    if (anon) {
      boolean writable = (entry & Pte.RW) != 0;
      boolean own = (flags & PageState.ANON_EXCLUSIVE) != 0;
      expect(!writable || own, "%x: frame %d can be written, and is not its own", address, pfn);
      expect(!own || map.mapcount(pfn) == 1, "frame %d is somebody's own and shared", pfn);
      expect(hasAnonVma(vma, pfn), "%x: frame %d has another area's anon_vma", address, pfn);
    }
  }

  private int indexInBlock(int pfn) {
    int head = pages.spaces().kernel().memory().largeFolios().head(pfn);
    return map.index(head) + pfn - head;
  }

  /** Whether the reverse map leads from a page to an area. */
  private boolean hasAnonVma(long vma, int pfn) {
    boolean[] found = {false};
    pages
        .spaces()
        .anonVmas()
        .forEachArea(
            pages.anonVma(pfn),
            area -> {
              found[0] = area == vma;
              return !found[0];
            });
    return found[0];
  }

  private void caches() {
    long all = 0;
    long shmem = 0;
    long dirty = 0;
    long writeback = 0;
    long shadowNodes = 0;
    for (PageCache cache : pages.caches().all()) {
      all += cache.nrPages();
      shmem += cache.isShmem() ? cache.nrPages() : 0;
      dirty += cache.nrDirty();
      writeback += cache.nrWriteback();
      shadowNodes += cache.shadowNodes();
      long[] said = new long[2];
      cache.forEach((index, pfn) -> {
        boolean own = map.mapping(pfn) == cache.handle() && map.index(pfn) == (int) index;
        expect(own, "frame %d is in cache %d, its descriptor differs", pfn, cache.handle());
        long state = map.state(pfn);
        said[0] += !cache.isShmem() && (state & PageState.DIRTY) != 0 ? 1 : 0;
        said[1] += (state & PageState.WRITEBACK) != 0 ? 1 : 0;
        long least = map.mapcount(pfn) + 1L;
        long references = PageState.refcount(map.state(pfn));
        expect(references >= least, "frame %d: %d references, not %d", pfn, references, least);
      });
      equal("dirty pages of cache " + cache.handle(), cache.nrDirty(), said[0]);
      equal("pages being written of cache " + cache.handle(), cache.nrWriteback(), said[1]);
    }
    long swapCached = pages.counted(NodeStat.NR_SWAPCACHED);
    equal("NR_FILE_PAGES", pages.counted(NodeStat.NR_FILE_PAGES), all + swapCached);
    equal("NR_SHMEM", pages.counted(NodeStat.NR_SHMEM), shmem);
    equal("NR_FILE_DIRTY", pages.counted(NodeStat.NR_DIRTY), dirty);
    equal("NR_WRITEBACK", pages.counted(NodeStat.NR_WRITEBACK), writeback);
    equal("WORKINGSET_NODES", pages.counted(NodeStat.WORKINGSET_NODES), shadowNodes);
  }

  private void frames() {
    long anon = 0;
    for (Map.Entry<Integer, Integer> frame : shown.entrySet()) {
      int pfn = frame.getKey();
      int mapcount = map.mapcount(pfn);
      expect(mapcount == frame.getValue(), "frame %d: mapcount %d", pfn, mapcount);
      long state = map.state(pfn);
      expect(PageState.refcount(state) >= mapcount, "frame %d: state %x", pfn, state);
      anon += (PageState.flags(state) & PageState.ANON) != 0 ? 1 : 0;
      boolean stays = (PageState.flags(state) & PageState.UNEVICTABLE) != 0;
      expect(!stays || locked.get(pfn), "frame %d is unevictable, and nobody locks it", pfn);
    }
    long inBlocks = huge.blocks();
    equal("NR_ANON_PAGES", pages.counted(NodeStat.NR_ANON_PAGES), anon + inBlocks);
    equal("NR_MAPPED", pages.counted(NodeStat.NR_MAPPED), shown.size() - anon);
  }
}
