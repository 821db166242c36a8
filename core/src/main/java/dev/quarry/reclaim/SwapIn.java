package dev.quarry.reclaim;

import dev.quarry.machine.Cpu;
import dev.quarry.physical.Gfp;
import dev.quarry.physical.MemMap;
import dev.quarry.physical.PageAllocator;
import dev.quarry.physical.PageState;
import dev.quarry.physical.Pfn;
import dev.quarry.physical.PhysicalMemory;
import dev.quarry.physical.VmEvent;
import dev.quarry.reclaim.group.MemoryGroup;
import dev.quarry.reclaim.group.MemoryGroups;
import dev.quarry.virtual.fault.SwapSpace;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * How pages come back from swap: {@code read_swap_cache_async}, {@code swap_cluster_readahead}
 * (mm/swap_state.c, 6.18).
 *
 * <p>A page counts for the group that it left, whoever wants it: {@code
 * mem_cgroup_swapin_charge_folio}.
 */
final class SwapIn {
  private static final int GFP_IN = Gfp.GFP_HIGHUSER_MOVABLE;
  private static final int GFP_AHEAD = GFP_IN | Gfp.NORETRY | Gfp.NOWARN;

  private final PhysicalMemory memory;
  private final MemMap map;
  private final PageAllocator allocator;
  private final Swap swap;
  private final SwapIo io;
  private final ReclaimSettings settings;
  private final MemoryGroups groups;
  private @Nullable LruBatches lists;

  SwapIn(
      PhysicalMemory memory,
      PageAllocator allocator,
      Swap swap,
      SwapIo io,
      ReclaimSettings settings,
      MemoryGroups groups) {
    this.memory = memory;
    this.map = memory.map();
    this.allocator = allocator;
    this.swap = swap;
    this.io = io;
    this.settings = settings;
    this.groups = groups;
  }

  void lru(LruBatches keeper) {
    lists = keeper;
  }

  /** Brings a page back, with others that lie beside it, or finds it: {@code swapin_readahead}. */
  int read(Cpu cpu, SwapArea area, int slot) {
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
    swap.lock.lock();
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
    swap.lock.unlock();
    if (wasAhead) {
      memory.events().count(cpu.id(), VmEvent.SWAP_RA_HIT, 1);
    }
    return pfn;
  }

  /** Reads a slot that is expected to be wanted; false: no memory to go on. */
  private boolean ahead(Cpu cpu, SwapArea area, int slot) {
    swap.lock.lock();
    SwapCluster cluster = area.cluster(slot);
    int at = SwapArea.inCluster(slot);
    boolean wanted = cluster.users[at] > 0 && !cluster.isCached(at);
    if (wanted) {
      cluster.users[at]++; // so that it is not given to somebody else while it is read
    }
    swap.lock.unlock();
    if (!wanted) {
      return true;
    }
    int pfn = readOne(cpu, area, slot, GFP_AHEAD, PageState.RECLAIM);
    if (pfn >= 0) {
      allocator.freePage(cpu, pfn);
      memory.events().count(cpu.id(), VmEvent.SWAP_RA, 1);
    }
    swap.free(cpu, swap.entry(area, slot));
    return pfn != SwapSpace.NO_MEMORY;
  }

  private int readOne(Cpu cpu, SwapArea area, int slot, int gfp, int flags) {
    int pfn = allocator.allocPage(cpu, gfp);
    if (pfn == Pfn.NONE) {
      return SwapSpace.NO_MEMORY;
    }
    LruBatches lru = Objects.requireNonNull(lists);
    MemoryGroup group = groups.of(area.cluster(slot).group(SwapArea.inCluster(slot)));
    if (!lru.charge(cpu, group, pfn, gfp)) {
      allocator.freePage(cpu, pfn);
      return SwapSpace.NO_MEMORY;
    }
    if (!io.read(cpu, area, slot, pfn)) {
      lru.uncharge(pfn);
      allocator.freePage(cpu, pfn);
      return SwapSpace.IO_ERROR;
    }
    return publish(cpu, area, slot, pfn, flags, lru);
  }

  /** Makes a page that was read the one of its slot, unless somebody else was quicker. */
  private int publish(Cpu cpu, SwapArea area, int slot, int pfn, int flags, LruBatches lru) {
    swap.lock.lock();
    SwapCluster cluster = area.cluster(slot);
    int there = cluster.frame(SwapArea.inCluster(slot));
    if (there != Pfn.NONE) {
      map.addReference(there, 0);
      swap.lock.unlock();
      lru.uncharge(pfn);
      allocator.freePage(cpu, pfn);
      return there;
    }
    map.setFlags(pfn, PageState.UPTODATE | PageState.SWAPBACKED | PageState.ANON | flags);
    map.addFirstReference(pfn);
    int shadow = cluster.cache(SwapArea.inCluster(slot), pfn);
    swap.enter(pfn, Swap.word(area, slot), 0);
    if (shadow != 0) {
      lru.refault(cpu, pfn, shadow);
    }
    lru.add(cpu, pfn);
    swap.lock.unlock();
    return pfn;
  }
}
