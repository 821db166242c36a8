package dev.quarry.virtual.fault;

import dev.quarry.physical.Gfp;
import dev.quarry.physical.LargeFolios;
import dev.quarry.physical.PageState;
import dev.quarry.physical.Pfn;
import dev.quarry.physical.VmEvent;
import dev.quarry.virtual.cache.PageCache;
import dev.quarry.virtual.space.VmFlags;

/**
 * Write to a page whose entry does not allow it, in an area that does: {@code do_wp_page}, {@code
 * wp_page_copy}, {@code wp_page_shared}, {@code wp_page_reuse} (mm/memory.c, 6.18).
 *
 * <pre>
 *   shared area ─────────────────────────────► the page is dirty from now on
 *   private ─┬─ a page of its own, nobody else's ► reuse
 *            └─ zeros, a file's, somebody else's ► copy
 * </pre>
 */
final class WriteProtectFault {
  /** The entry's, the swap cache's, a batch's. */
  private static final int MOST_REFERENCES = 3;

  private final Parts parts;
  private final SwapFault swap;
  private final LockedPages locked;

  WriteProtectFault(Parts parts, SwapFault swap, LockedPages locked) {
    this.parts = parts;
    this.swap = swap;
    this.locked = locked;
  }

  FaultLeaf resolve(VmFault fault) {
    int pfn = parts.pfn(fault.entry);
    if ((fault.flags & (VmFlags.SHARED | VmFlags.MAYSHARE)) != 0) {
      PageCache cache = parts.caches().of(pfn);
      if (!cache.buffers().add(fault.cpu, pfn)) {
        return FaultLeaf.OUT_OF_MEMORY;
      }
      if (parts.pfnIfMapped(parts.tables().entry(fault.slot)) != pfn) {
        return FaultLeaf.SPURIOUS; // to make room for buffers, the page was taken away: again
      }
      cache.markDirty(pfn);
      makeWritable(fault);
      return FaultLeaf.MAKE_WRITABLE;
    }
    if (pfn != parts.zeroPfn() && isReusable(fault, pfn)) {
      if (fault.unshare) {
        return FaultLeaf.COW_REUSE;
      }
      makeWritable(fault);
      parts.memory().events().count(fault.cpu.id(), VmEvent.PGREUSE, 1);
      return FaultLeaf.COW_REUSE;
    }
    return copy(fault, pfn);
  }

  /**
   * {@code wp_can_reuse_anon_folio}: the entry's reference is the only one, once a CPU's batch of
   * new pages and the swap cache have given up theirs.
   */
  private boolean isReusable(VmFault fault, int pfn) {
    long state = parts.map().state(pfn);
    int flags = PageState.flags(state);
    if ((flags & PageState.ANON) == 0) {
      return false;
    }
    boolean own = (flags & PageState.ANON_EXCLUSIVE) != 0;
    if (LargeFolios.isPart(state)) {
      boolean alone = own || parts.rmap().large().isAlone(fault.mm, pfn);
      if (alone) {
        parts.map().changeFlags(pfn, 0, PageState.ANON_EXCLUSIVE);
      }
      return alone;
    }
    boolean reusable = own || isOnlyReference(fault, pfn, state);
    if (reusable) {
      parts.rmap().moveAnon(fault.vma, pfn);
    }
    return reusable;
  }

  private boolean isOnlyReference(VmFault fault, int pfn, long state) {
    int flags = PageState.flags(state);
    if (PageState.refcount(state) > MOST_REFERENCES) {
      return false;
    }
    if ((flags & PageState.LRU) == 0) {
      parts.lru().drain(fault.cpu);
    }
    if ((flags & PageState.SWAPCACHE) != 0) {
      swap.swap().dropCached(fault.cpu, pfn);
    }
    return PageState.refcount(parts.map().state(pfn)) == 1;
  }

  private void makeWritable(VmFault fault) {
    parts.tables().entry(fault.slot, Parts.written(fault.entry, fault.flags));
  }

  private FaultLeaf copy(VmFault fault, int old) {
    if (!parts.spaces().anonVmas().prepare(fault.cpu, fault.vma)) {
      return FaultLeaf.OUT_OF_MEMORY;
    }
    boolean zeros = old == parts.zeroPfn();
    int plain = Gfp.GFP_HIGHUSER_MOVABLE;
    int gfp = zeros ? parts.contents().zeroed(plain) : plain;
    int pfn = parts.newPage(fault.cpu, gfp);
    if (pfn == Pfn.NONE) {
      return FaultLeaf.OUT_OF_MEMORY;
    }
    if (!zeros) {
      if (parts.pfnIfMapped(parts.tables().entry(fault.slot)) != old) {
        parts.dropNew(fault.cpu, pfn);
        return FaultLeaf.SPURIOUS; // to make room, the old page was taken away: again
      }
      parts.contents().copy(parts, old, pfn);
    }
    parts.rmap().newAnon(fault, pfn);
    long entry = parts.entry(pfn, parts.bits(fault.flags, false));
    parts.tables().entry(fault.slot, fault.unshare ? entry : Parts.written(entry, fault.flags));
    parts.tables().tlb().userRange(fault.cpu, fault.mm.tables(), fault.address, 1, false);
    if (zeros) {
      return FaultLeaf.COW_ZERO_PAGE;
    }
    if ((fault.flags & VmFlags.LOCKED) != 0) {
      locked.unlock(fault.cpu, fault.vma, old);
    }
    parts.rmap().release(fault.cpu, fault.mm, old);
    return FaultLeaf.COW_COPY;
  }
}
