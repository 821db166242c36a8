package dev.quarry.reclaim;

import dev.quarry.machine.Cpu;
import dev.quarry.machine.Ram;
import dev.quarry.machine.SpinLock;
import dev.quarry.physical.MemMap;
import dev.quarry.physical.NodeStat;
import dev.quarry.physical.PageAllocator;
import dev.quarry.physical.PageState;
import dev.quarry.physical.Pfn;
import dev.quarry.physical.PhysicalMemory;
import dev.quarry.reclaim.group.GroupEvent;
import dev.quarry.reclaim.group.MemoryGroup;
import dev.quarry.reclaim.group.MemoryGroups;
import dev.quarry.virtual.PageTableLayout;
import dev.quarry.virtual.Pte;
import dev.quarry.virtual.cache.NodeCounts;
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
  static final int SLOT_BITS = 27;
  static final int SLOT_MASK = (1 << SLOT_BITS) - 1;

  final SpinLock lock = new SpinLock("swap");
  private final MemMap map;
  private final PageAllocator allocator;
  private final PageTableLayout layout;
  private final NodeCounts counts;
  private final MemoryGroups groups;
  private final SwapAreas areas;
  final SwapIo io;
  private final SwapIn in;

  Swap(
      PhysicalMemory memory,
      PageAllocator allocator,
      Ram ram,
      PageTableLayout layout,
      NodeCounts counts,
      ReclaimSettings settings,
      MemoryGroups groups) {
    this.map = memory.map();
    this.allocator = allocator;
    this.layout = layout;
    this.counts = counts;
    this.groups = groups;
    this.io = new SwapIo(memory, ram, groups);
    this.areas = new SwapAreas(memory.cpus().size());
    this.in = new SwapIn(memory, allocator, this, io, settings, groups);
  }

  void lru(LruBatches keeper) {
    in.lru(keeper);
    io.lru(keeper);
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

  /** The same for pages of a group, which may have no more: {@code can_reclaim_anon_pages}. */
  boolean hasRoom(MemoryGroup group) {
    return hasRoom() && group.swapMargin() > 0;
  }

  @Override
  public boolean isHalfFull(int pfn) {
    return areas.freePages() * 2 < areas.totalPages() || groups.ofPage(pfn).isSwapHalfFull();
  }

  static int word(SwapArea area, int slot) {
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

  long entry(SwapArea area, int slot) {
    return Pte.swapped(layout, area.type(), slot);
  }

  /** Gives a private page a place in swap: {@code folio_alloc_swap}; false if there is none. */
  boolean add(Cpu cpu, int pfn) {
    lock.lock();
    try {
      SwapArea area = io.failsToGiveSlot() ? null : areas.withRoom();
      int slot = area == null ? SwapArea.NONE : area.find(cpu.id());
      MemoryGroup group = groups.ofPage(pfn);
      if (area == null || slot == SwapArea.NONE) {
        group.count(GroupEvent.SWAP_FAIL);
        return false;
      }
      if (!groups.chargeSwap(group)) {
        return false;
      }
      area.cluster(slot).group(SwapArea.inCluster(slot), group.id());
      area.cluster(slot).cache(SwapArea.inCluster(slot), pfn);
      area.taken(slot);
      map.addReference(pfn, 0);
      enter(pfn, word(area, slot), PageState.DIRTY);
      return true;
    } finally {
      lock.unlock();
    }
  }

  void enter(int pfn, int word, int flags) {
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
      freed(area, slot);
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
    lock.lock();
    changeLocked(areaOfEntry(entry), slotOfEntry(entry), 1);
    lock.unlock();
  }

  private void changeLocked(SwapArea area, int slot, int users) {
    SwapCluster cluster = area.cluster(slot);
    cluster.users[SwapArea.inCluster(slot)] += users;
    if (cluster.isFree(SwapArea.inCluster(slot))) {
      freed(area, slot);
    }
  }

  private void freed(SwapArea area, int slot) {
    groups.unchargeSwap(area.cluster(slot).group(SwapArea.inCluster(slot)), 1);
    area.freed(slot);
  }

  /** A group goes: its places count for the group above it. */
  void reparent(MemoryGroup from, MemoryGroup to) {
    lock.lock();
    for (SwapArea area : areas.all()) {
      for (int slot = 1; slot < area.slots(); slot++) {
        int at = SwapArea.inCluster(slot);
        if (area.isInUse(slot) && area.cluster(slot).group(at) == from.id()) {
          area.cluster(slot).group(at, to.id());
          groups.movedSwap(to);
        }
      }
    }
    lock.unlock();
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
    return in.read(cpu, areaOfEntry(entry), slotOfEntry(entry));
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
