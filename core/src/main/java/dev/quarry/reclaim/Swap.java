package dev.quarry.reclaim;

import dev.quarry.machine.Cpu;
import dev.quarry.machine.Ram;
import dev.quarry.machine.SpinLock;
import dev.quarry.physical.Gfp;
import dev.quarry.physical.MemMap;
import dev.quarry.physical.NodeStat;
import dev.quarry.physical.PageAllocator;
import dev.quarry.physical.PageState;
import dev.quarry.physical.Pfn;
import dev.quarry.physical.PhysicalMemory;
import dev.quarry.physical.VmEvent;
import dev.quarry.virtual.PageTableLayout;
import dev.quarry.virtual.Pte;
import dev.quarry.virtual.cache.NodeCounts;
import dev.quarry.virtual.cache.PageLru;
import dev.quarry.virtual.cache.ShmemSwap;
import dev.quarry.virtual.fault.SwapSpace;

/**
 * The pages in swap, and the swap cache: mm/swap_state.c, mm/page_io.c, mm/swapfile.c (6.18).
 *
 * <pre>
 *   slot      entries that say it    page in memory
 *   ────      ───────────────────    ──────────────────────────────────────────────
 *   users     ▓▓▓                    frame: SWAPCACHE, private = type and slot,
 *   frame ──────────────────────►           one reference of the cache's
 * </pre>
 *
 * <p>A page is in the swap cache from before it is taken from the page tables until it was written,
 * and from being read until its slot is given up: whoever looks for it finds this one frame.
 *
 * <p>Equation: a slot has a frame if and only if that frame's descriptor says SWAPCACHE and the
 * slot.
 *
 * <p>{@link #lock} guards slots and cache; it is taken with locks of address spaces held, and no
 * other is taken below it but those of lists.
 */
public final class Swap implements SwapSpace, ShmemSwap, Workingset.SwapUse {
  private static final int SLOT_BITS = 27;
  private static final int SLOT_MASK = (1 << SLOT_BITS) - 1;
  private static final int GFP_IN = Gfp.GFP_HIGHUSER_MOVABLE;
  private static final int GFP_AHEAD = GFP_IN | Gfp.NORETRY | Gfp.NOWARN;

  final SpinLock lock = new SpinLock("swap");
  private final PhysicalMemory memory;
  private final MemMap map;
  private final PageAllocator allocator;
  private final PageTableLayout layout;
  private final NodeCounts counts;
  private final ReclaimSettings settings;
  private final SwapAreas areas;
  private final SwapIo io;
  private PageLru lru = PageLru.NONE;

  Swap(
      PhysicalMemory memory,
      PageAllocator allocator,
      Ram ram,
      PageTableLayout layout,
      NodeCounts counts,
      ReclaimSettings settings) {
    this.memory = memory;
    this.map = memory.map();
    this.allocator = allocator;
    this.layout = layout;
    this.counts = counts;
    this.settings = settings;
    this.io = new SwapIo(memory, ram);
    this.areas = new SwapAreas(memory.cpus().size());
  }

  void lru(PageLru keeper) {
    lru = keeper;
  }

  /** The areas in use. */
  public SwapAreas areas() {
    return areas;
  }

  /** The most slots that an entry can name. */
  long mostSlots() {
    return layout == PageTableLayout.X86_64 ? 1L << SLOT_BITS : 1L << (SLOT_BITS - 4);
  }

  @Override
  public boolean hasRoom() {
    return areas.freePages() > 0;
  }

  @Override
  public boolean isHalfFull() {
    return areas.freePages() * 2 < areas.totalPages();
  }

  private static int word(SwapArea area, int slot) {
    return area.type() << SLOT_BITS | slot;
  }

  private SwapArea areaOf(int word) {
    return areas.of(word >>> SLOT_BITS);
  }

  private SwapArea areaOfEntry(long entry) {
    return areas.of(Pte.swapType(layout, entry));
  }

  private int slotOfEntry(long entry) {
    return (int) Pte.swapOffset(layout, entry);
  }

  private boolean isCached(int pfn) {
    return (PageState.flags(map.state(pfn)) & PageState.SWAPCACHE) != 0;
  }

  /** The entry that says where a page of the swap cache is. */
  long entryOf(int pfn) {
    int word = map.privateWord(pfn);
    return Pte.swapped(layout, word >>> SLOT_BITS, word & SLOT_MASK);
  }

  /** Gives a private page a place in swap: {@code folio_alloc_swap}; false if there is none. */
  boolean add(Cpu cpu, int pfn) {
    lock.lock();
    try {
      SwapArea area = areas.withRoom();
      int slot = area == null ? SwapArea.NONE : area.find(cpu.id());
      if (area == null || slot == SwapArea.NONE) {
        return false;
      }
      area.cluster(slot).cache(SwapArea.inCluster(slot), pfn);
      area.taken(slot);
      map.addReference(pfn, 0);
      enter(pfn, word(area, slot), PageState.DIRTY);
      return true;
    } finally {
      lock.unlock();
    }
  }

  private void enter(int pfn, int word, int flags) {
    map.privateWord(pfn, word);
    map.changeFlags(pfn, 0, PageState.SWAPCACHE | flags);
    counts.add(pfn, NodeStat.NR_FILE_PAGES, 1);
    counts.add(pfn, NodeStat.NR_SWAPCACHED, 1);
  }

  /** With the lock held: the cache forgets a page; its reference is the caller's. */
  private void leave(int pfn, int shadow) {
    int word = map.privateWord(pfn);
    SwapArea area = areaOf(word);
    int slot = word & SLOT_MASK;
    SwapCluster cluster = area.cluster(slot);
    cluster.uncache(SwapArea.inCluster(slot), shadow);
    if (cluster.users[SwapArea.inCluster(slot)] == 0) {
      area.freed(slot);
    }
    map.privateWord(pfn, 0);
    map.changeFlags(pfn, PageState.SWAPCACHE | PageState.RECLAIM, 0);
    counts.add(pfn, NodeStat.NR_FILE_PAGES, -1);
    counts.add(pfn, NodeStat.NR_SWAPCACHED, -1);
  }

  /**
   * Writes a page of the swap cache that nobody maps: {@code swap_writeout}.
   *
   * @return whether it is clean
   */
  boolean write(Cpu cpu, int pfn) {
    int word = map.privateWord(pfn);
    map.changeFlags(pfn, PageState.DIRTY, 0);
    SwapIo.Written written = io.write(cpu, areaOf(word), word & SLOT_MASK, pfn);
    if (written == SwapIo.Written.FAILED) {
      map.changeFlags(pfn, 0, PageState.DIRTY);
      return false;
    }
    lock.lock();
    int slot = word & SLOT_MASK;
    boolean zeros = written == SwapIo.Written.ZEROS;
    areaOf(word).cluster(slot).zero(SwapArea.inCluster(slot), zeros);
    lock.unlock();
    return true;
  }

  /**
   * Takes a clean page out of the swap cache that nobody holds but the cache and the caller; its
   * contents are in swap alone from now on: {@code __remove_mapping}. The caller frees the frame.
   *
   * @param shadow what is known of its use
   * @return whether it was taken out
   */
  boolean reclaim(int pfn, int shadow) {
    lock.lock();
    try {
      boolean clean = (PageState.flags(map.state(pfn)) & PageState.DIRTY) == 0;
      if (!clean || !isCached(pfn) || !map.takeReferences(pfn, 2, 0)) {
        return false;
      }
      leave(pfn, shadow);
      return true;
    } finally {
      lock.unlock();
    }
  }

  @Override
  public boolean dropCached(Cpu cpu, int pfn) {
    if (!map.testAndSet(pfn, PageState.LOCKED)) {
      return false;
    }
    boolean dropped = dropLocked(pfn);
    map.changeFlags(pfn, PageState.LOCKED, 0);
    if (dropped) {
      allocator.freePage(cpu, pfn);
    }
    return dropped;
  }

  /** The same of a page that the caller has locked; the cache's reference is the caller's then. */
  boolean dropLocked(int pfn) {
    lock.lock();
    boolean dropped = isCached(pfn) && users(map.privateWord(pfn)) == 0;
    if (dropped) {
      leave(pfn, 0);
      map.changeFlags(pfn, 0, PageState.DIRTY); // in no other place than here
    }
    lock.unlock();
    return dropped;
  }

  @Override
  public boolean migrate(int pfn, int to, Move move) {
    lock.lock();
    boolean moved = isCached(pfn) && move.move();
    if (moved) {
      int slot = map.privateWord(to) & SLOT_MASK;
      areaOf(map.privateWord(to)).cluster(slot).cache(SwapArea.inCluster(slot), to);
    }
    lock.unlock();
    return moved;
  }

  @Override
  public boolean take(int pfn, long entry) {
    if (!map.testAndSet(pfn, PageState.LOCKED)) {
      return false;
    }
    lock.lock();
    boolean taken = isCached(pfn) && entryOf(pfn) == entry && users(map.privateWord(pfn)) == 1;
    if (taken) {
      changeLocked(areaOfEntry(entry), slotOfEntry(entry), -1);
      leave(pfn, 0);
    }
    lock.unlock();
    map.changeFlags(pfn, PageState.LOCKED, 0);
    return taken;
  }

  private int users(int word) {
    int slot = word & SLOT_MASK;
    return areaOf(word).cluster(slot).users[SwapArea.inCluster(slot)];
  }

  @Override
  public int users(long entry) {
    int slot = slotOfEntry(entry);
    lock.lock();
    int users = areaOfEntry(entry).cluster(slot).users[SwapArea.inCluster(slot)];
    lock.unlock();
    return users;
  }

  @Override
  public boolean isCached(long entry) {
    int slot = slotOfEntry(entry);
    lock.lock();
    boolean cached = areaOfEntry(entry).cluster(slot).isCached(SwapArea.inCluster(slot));
    lock.unlock();
    return cached;
  }

  @Override
  public void duplicate(long entry) {
    change(areaOfEntry(entry), slotOfEntry(entry), 1);
  }

  private void change(SwapArea area, int slot, int users) {
    lock.lock();
    changeLocked(area, slot, users);
    lock.unlock();
  }

  private void changeLocked(SwapArea area, int slot, int users) {
    SwapCluster cluster = area.cluster(slot);
    cluster.users[SwapArea.inCluster(slot)] += users;
    if (cluster.isFree(SwapArea.inCluster(slot))) {
      area.freed(slot);
    }
  }

  @Override
  public void free(Cpu cpu, long entry) {
    SwapArea area = areaOfEntry(entry);
    int slot = slotOfEntry(entry);
    lock.lock();
    changeLocked(area, slot, -1);
    SwapCluster cluster = area.cluster(slot);
    int pfn = cluster.frame(SwapArea.inCluster(slot));
    boolean unused = pfn != Pfn.NONE && users(word(area, slot)) == 0 && map.mapcount(pfn) == 0;
    if (unused) {
      map.addReference(pfn, 0);
    }
    lock.unlock();
    if (unused) { // nobody will ask for it: __try_to_reclaim_swap
      dropCached(cpu, pfn);
      allocator.freePage(cpu, pfn);
    }
  }

  @Override
  public int read(Cpu cpu, long entry) {
    SwapArea area = areaOfEntry(entry);
    int slot = slotOfEntry(entry);
    int pfn = find(cpu, area, slot);
    if (pfn != Pfn.NONE) {
      return pfn;
    }
    int window = area.readAhead.window(slot, 1 << settings.pageCluster());
    int first = Math.max(1, slot & -window);
    for (int at = first; window > 1 && at < first + window && at < area.slots(); at++) {
      if (at != slot && !ahead(cpu, area, at)) {
        break;
      }
    }
    return readOne(cpu, area, slot, GFP_IN, 0);
  }

  /** A page in the swap cache, with a reference for the caller: {@code swap_cache_get_folio}. */
  private int find(Cpu cpu, SwapArea area, int slot) {
    lock.lock();
    int pfn = area.cluster(slot).frame(SwapArea.inCluster(slot));
    boolean wasAhead = false;
    if (pfn != Pfn.NONE) {
      map.addReference(pfn, 0);
      wasAhead = (PageState.flags(map.state(pfn)) & PageState.RECLAIM) != 0;
      if (wasAhead) {
        map.changeFlags(pfn, PageState.RECLAIM, 0);
        area.readAhead.hit();
      }
    }
    lock.unlock();
    if (wasAhead) {
      memory.events().count(cpu.id(), VmEvent.SWAP_RA_HIT, 1);
    }
    return pfn;
  }

  /** Reads a slot that is expected to be wanted; false: no memory to go on. */
  private boolean ahead(Cpu cpu, SwapArea area, int slot) {
    lock.lock();
    SwapCluster cluster = area.cluster(slot);
    int at = SwapArea.inCluster(slot);
    boolean wanted = cluster.users[at] > 0 && !cluster.isCached(at);
    if (wanted) {
      cluster.users[at]++; // so that it is not given to somebody else while it is read
    }
    lock.unlock();
    if (!wanted) {
      return true;
    }
    int pfn = readOne(cpu, area, slot, GFP_AHEAD, PageState.RECLAIM);
    if (pfn >= 0) {
      allocator.freePage(cpu, pfn);
      memory.events().count(cpu.id(), VmEvent.SWAP_RA, 1);
    }
    free(cpu, Pte.swapped(layout, area.type(), slot));
    return pfn != NO_MEMORY;
  }

  private int readOne(Cpu cpu, SwapArea area, int slot, int gfp, int flags) {
    int pfn = allocator.allocPage(cpu, gfp);
    if (pfn == Pfn.NONE) {
      return NO_MEMORY;
    }
    if (!io.read(cpu, area, slot, pfn)) {
      allocator.freePage(cpu, pfn);
      return IO_ERROR;
    }
    return publish(cpu, area, slot, pfn, flags);
  }

  /** Makes a page that was read the one of its slot, unless somebody else was quicker. */
  private int publish(Cpu cpu, SwapArea area, int slot, int pfn, int flags) {
    lock.lock();
    SwapCluster cluster = area.cluster(slot);
    int there = cluster.frame(SwapArea.inCluster(slot));
    if (there != Pfn.NONE) {
      map.addReference(there, 0);
      lock.unlock();
      allocator.freePage(cpu, pfn);
      return there;
    }
    map.setFlags(pfn, PageState.UPTODATE | PageState.SWAPBACKED | PageState.ANON | flags);
    map.addFirstReference(pfn);
    int shadow = cluster.cache(SwapArea.inCluster(slot), pfn);
    enter(pfn, word(area, slot), 0);
    if (shadow != 0) {
      lru.refault(cpu, pfn, shadow);
    }
    lru.add(cpu, pfn);
    lock.unlock();
    return pfn;
  }

  /** Drops pages of an area from the cache that no entry says; how many slots are still in use. */
  int forget(Cpu cpu, SwapArea area) {
    for (int slot = 1; slot < area.slots(); slot++) {
      if (area.isInUse(slot)) {
        lock.lock();
        int pfn = area.cluster(slot).frame(SwapArea.inCluster(slot));
        if (pfn != Pfn.NONE) {
          map.addReference(pfn, 0);
        }
        lock.unlock();
        if (pfn != Pfn.NONE) {
          dropCached(cpu, pfn);
          allocator.freePage(cpu, pfn);
        }
      }
    }
    return area.used();
  }

  /** Whether an entry says a slot of an area. */
  boolean isOf(SwapArea area, long entry) {
    return areaOfEntry(entry) == area;
  }
}
