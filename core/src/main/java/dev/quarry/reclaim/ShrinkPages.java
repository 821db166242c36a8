package dev.quarry.reclaim;

import dev.quarry.machine.Cpu;
import dev.quarry.physical.MemMap;
import dev.quarry.physical.NodeStat;
import dev.quarry.physical.PageAllocator;
import dev.quarry.physical.PageState;
import dev.quarry.physical.PhysicalMemory;
import dev.quarry.physical.VmEvent;
import dev.quarry.reclaim.group.MemoryGroups;
import dev.quarry.virtual.Pte;
import dev.quarry.virtual.cache.PageCache;
import dev.quarry.virtual.fault.ReverseMap;
import org.jspecify.annotations.Nullable;

/**
 * What becomes of isolated pages: {@code shrink_folio_list} (mm/vmscan.c, 6.18).
 *
 * <pre>
 *   used? ──yes──► active, or once more through the inactive list
 *     │ no
 *   private and not in swap ► a slot, the swap cache
 *     │
 *   mapped ► taken from all page tables
 *     │
 *   dirty ► written to its slot or its file
 *     │
 *   nobody else holds it ► out of its cache, freed
 * </pre>
 *
 * <p>Dirty pages of files are left to the flusher: they are marked and become active; when they
 * were written they come to the tail of the inactive list. If a batch has no others, the flusher is
 * woken.
 */
final class ShrinkPages {
  private final PhysicalMemory memory;
  private final MemMap map;
  private final PageAllocator allocator;
  private final ReverseMap rmap;
  private final Swap swap;
  private final LruBatches lru;
  private final MemoryGroups groups;
  private final Workingset workingset;

  ShrinkPages(
      PhysicalMemory memory,
      PageAllocator allocator,
      ReverseMap rmap,
      Swap swap,
      LruBatches lru,
      MemoryGroups groups,
      Workingset workingset) {
    this.memory = memory;
    this.map = memory.map();
    this.allocator = allocator;
    this.rmap = rmap;
    this.swap = swap;
    this.lru = lru;
    this.groups = groups;
    this.workingset = workingset;
  }

  /**
   * What was done with a batch.
   *
   * @param reclaimed pages that were freed
   * @param written pages that were written to swap or files
   * @param unqueued pages of files that are dirty and not being written
   */
  record Result(int reclaimed, int written, int unqueued) {}

  /** What becomes of one page. */
  private enum Fate {
    FREED,
    /** A huge page became small ones, which are on their lists. */
    SPLIT,
    ACTIVATE,
    KEEP
  }

  private static final class Tally {
    int reclaimed;
    int written;
    int unqueued;
  }

  /** Frees what it can of a batch; what is left in it afterwards is to be put back. */
  Result shrink(PageBatch batch, ScanControl scan) {
    Tally tally = new Tally();
    int before = batch.size();
    int[] all = new int[before];
    for (int i = 0; i < before; i++) {
      all[i] = batch.pfn(i);
    }
    batch.clear();
    for (int pfn : all) {
      switch (one(pfn, scan, tally)) {
        case FREED -> tally.reclaimed++;
        case ACTIVATE -> {
          activate(pfn, scan);
          batch.add(pfn);
        }
        case KEEP -> batch.add(pfn);
        case SPLIT -> {
          // Its pages are looked at when their turn comes.
        }
      }
    }
    return new Result(tally.reclaimed, tally.written, tally.unqueued);
  }

  private void activate(int pfn, ScanControl scan) {
    int flags = PageState.flags(map.state(pfn));
    if ((flags & PageState.UNEVICTABLE) != 0) {
      return;
    }
    if ((flags & PageState.SWAPCACHE) != 0 && swap.isHalfFull(pfn)) {
      swap.dropCached(scan.cpu, pfn);
    }
    map.changeFlags(pfn, 0, PageState.ACTIVE);
    lru.count(scan.cpu, pfn, VmEvent.PGACTIVATE);
  }

  private boolean is(int pfn, int flag) {
    return (map.state(pfn) & flag) != 0;
  }

  private Fate one(int pfn, ScanControl scan, Tally tally) {
    if (PageState.order(map.state(pfn)) > 0) {
      return large(pfn, scan);
    }
    if (!map.testAndSet(pfn, PageState.LOCKED)) {
      return Fate.KEEP;
    }
    Fate fate = is(pfn, PageState.UNEVICTABLE) ? Fate.KEEP : locked(pfn, scan, tally);
    map.changeFlags(
        pfn, fate == Fate.FREED ? PageState.LOCKED | PageState.ACTIVE : PageState.LOCKED, 0);
    if (fate == Fate.FREED) {
      lru.gone(pfn);
      allocator.freePage(scan.cpu, pfn);
    }
    return fate;
  }

  /** A huge page is not swapped as a whole: it is split, and its pages go one by one. */
  private Fate large(int head, ScanControl scan) {
    if (is(head, PageState.UNEVICTABLE)) {
      return Fate.KEEP;
    }
    Use use = scan.ignoreReferences ? Use.RECLAIM : use(head, scan.cpu);
    if (use == Use.ACTIVATE || use == Use.KEEP) {
      return use == Use.ACTIVATE ? Fate.ACTIVATE : Fate.KEEP;
    }
    if (!swap.hasRoom(groups.ofPage(head)) && is(head, PageState.SWAPBACKED)) {
      return Fate.ACTIVATE;
    }
    lru.addLarge(head); // who splits it expects it on its list, and no reference of ours
    if (map.dropReference(head)) {
      rmap.split(scan.cpu, head);
    } else {
      allocator.freePages(scan.cpu, head, PageState.order(map.state(head)));
    }
    return Fate.SPLIT;
  }

  private Fate locked(int pfn, ScanControl scan, Tally tally) {
    if (PageState.refcount(map.state(pfn)) == 1) {
      return lastHolder(pfn); // its owners gave it up meanwhile
    }
    if (is(pfn, PageState.WRITEBACK)) {
      map.changeFlags(pfn, 0, PageState.RECLAIM);
      return Fate.ACTIVATE;
    }
    Use use = scan.ignoreReferences ? Use.RECLAIM : use(pfn, scan.cpu);
    if (use == Use.ACTIVATE || use == Use.KEEP) {
      tally.unqueued += is(pfn, PageState.DIRTY) && !is(pfn, PageState.SWAPBACKED) ? 1 : 0;
      return use == Use.ACTIVATE ? Fate.ACTIVATE : Fate.KEEP;
    }
    boolean anon = is(pfn, PageState.ANON);
    PageCache cache = rmap.cache(pfn);
    if (cache != null && cache.isShmem()) {
      return shmem(pfn, cache, use, scan, tally);
    }
    if (!anon && cache == null) {
      return Fate.ACTIVATE;
    }
    boolean lazyFree = anon && !is(pfn, PageState.SWAPBACKED);
    if (anon && !lazyFree && !is(pfn, PageState.SWAPCACHE)) {
      if (!scan.mayDoIo()) {
        return Fate.KEEP;
      }
      if (!swap.add(scan.cpu, pfn)) {
        return Fate.ACTIVATE;
      }
    }
    return unmapped(pfn, cache, lazyFree, use, scan, tally);
  }

  /** The page has a place to go to: it leaves all page tables, and memory if it is clean. */
  private Fate unmapped(
      int pfn,
      @Nullable PageCache cache,
      boolean lazyFree,
      Use use,
      ScanControl scan,
      Tally tally) {
    long entry = !lazyFree && is(pfn, PageState.SWAPCACHE) ? swap.entryOf(pfn) : Pte.NONE;
    if (map.mapcount(pfn) > 0 && !rmap.unmap(scan.cpu, pfn, entry)) {
      return Fate.ACTIVATE;
    }
    if (cache != null && is(pfn, PageState.DIRTY)) {
      tally.unqueued++;
      rmap.counts().add(pfn, NodeStat.NR_VMSCAN_IMMEDIATE_RECLAIM, 1);
      map.changeFlags(pfn, 0, PageState.RECLAIM);
      return Fate.ACTIVATE;
    }
    if (is(pfn, PageState.DIRTY) && !lazyFree) {
      Fate fate = write(pfn, use, scan, tally);
      if (fate != Fate.FREED) {
        return fate;
      }
    }
    return remove(pfn, cache, lazyFree, scan.cpu) ? Fate.FREED : Fate.KEEP;
  }

  private Fate lastHolder(int pfn) {
    return map.takeReferences(pfn, 1, 0) ? Fate.FREED : Fate.KEEP;
  }

  /**
   * A page of shared memory goes from its file to the swap cache, and from there to swap; one that
   * nobody ever wrote is zeros, and is dropped.
   */
  private Fate shmem(int pfn, PageCache cache, Use use, ScanControl scan, Tally tally) {
    if (map.mapcount(pfn) > 0 && !rmap.unmap(scan.cpu, pfn, Pte.NONE)) {
      return Fate.ACTIVATE;
    }
    if (!is(pfn, PageState.DIRTY)) {
      return cache.reclaim(scan.cpu, pfn) ? Fate.FREED : Fate.KEEP;
    }
    if (!scan.mayDoIo()) {
      return Fate.KEEP;
    }
    if (!swap.add(scan.cpu, pfn)) {
      return Fate.ACTIVATE;
    }
    if (!cache.shmem().swapOut(pfn, swap.entryOf(pfn))) {
      swap.dropLocked(pfn);
      map.dropReference(pfn); // the swap cache's
      return Fate.KEEP;
    }
    map.changeFlags(pfn, 0, PageState.ANON); // like any page that only swap knows
    Fate fate = write(pfn, use, scan, tally);
    boolean freed = fate == Fate.FREED && remove(pfn, null, false, scan.cpu);
    return freed ? Fate.FREED : fate == Fate.FREED ? Fate.KEEP : fate;
  }

  private enum Use {
    ACTIVATE,
    KEEP,
    RECLAIM,
    RECLAIM_CLEAN
  }

  /** {@code folio_check_references}: second chance, and more for what is used a lot. */
  private Use use(int pfn, Cpu cpu) {
    ReverseMap.Use use = rmap.referenced(pfn);
    boolean before = is(pfn, PageState.REFERENCED);
    if (before && workingset.generations(pfn) == null) {
      map.changeFlags(pfn, PageState.REFERENCED, 0);
    }
    if (use.isLocked()) {
      lru.lock(cpu, pfn);
      memory.events().count(cpu.id(), VmEvent.UNEVICTABLE_PGS_CULLED, 1);
      return Use.KEEP;
    }
    if (use.contended()) {
      return Use.KEEP;
    }
    Generations generations = workingset.generations(pfn);
    if (generations != null) {
      return use.entries() == 0 ? Use.RECLAIM : generations.setRefs(pfn) ? Use.ACTIVATE : Use.KEEP;
    }
    boolean file = !is(pfn, PageState.SWAPBACKED);
    if (use.entries() > 0) {
      map.changeFlags(pfn, 0, PageState.REFERENCED);
      boolean often = before || use.entries() > 1 || (file && use.isExecutable());
      return often ? Use.ACTIVATE : Use.KEEP;
    }
    return before && file ? Use.RECLAIM_CLEAN : Use.RECLAIM;
  }

  /** {@code pageout} to swap; FREED: it is clean. */
  private Fate write(int pfn, Use use, ScanControl scan, Tally tally) {
    if (use == Use.RECLAIM_CLEAN || !scan.mayDoIo()) {
      return Fate.KEEP;
    }
    if (!swap.write(scan.cpu, pfn)) {
      return Fate.ACTIVATE;
    }
    tally.written++;
    return Fate.FREED;
  }

  /** {@code __remove_mapping}. */
  private boolean remove(int pfn, @Nullable PageCache cache, boolean lazyFree, Cpu cpu) {
    if (cache != null) {
      return cache.reclaim(cpu, pfn);
    }
    if (lazyFree) {
      boolean mine = map.takeReferences(pfn, 1, 0);
      if (mine) {
        lru.count(cpu, pfn, VmEvent.PGLAZYFREED);
      }
      return mine;
    }
    return swap.reclaim(pfn, workingset.evicted(pfn));
  }
}
