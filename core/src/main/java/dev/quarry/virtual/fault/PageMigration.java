package dev.quarry.virtual.fault;

import dev.quarry.machine.Cpu;
import dev.quarry.physical.MemMap;
import dev.quarry.physical.PageState;
import dev.quarry.virtual.PageTables;
import dev.quarry.virtual.cache.PageCache;
import dev.quarry.virtual.space.AnonVmas;
import dev.quarry.virtual.space.MmStruct;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;

/**
 * Moves a page to another frame: {@code migrate_folio}, {@code try_to_migrate}, {@code
 * remove_migration_ptes} (mm/migrate.c, mm/rmap.c, 6.18).
 *
 * <pre>
 *   all address spaces that show it: locked      one that is busy: AGAIN, nothing was changed
 *   references == entries + cache + caller's     one more is a pin: AGAIN
 *   bytes, descriptor, cache or swap cache ────► the new frame
 *   entries                                ────► show the new frame
 * </pre>
 *
 * <p>Linux puts migration entries into page tables, at which accesses wait. Here an access holds
 * the lock of its address space, so that holding all of them comes to the same.
 */
public final class PageMigration {
  /** What became of a page. */
  public enum Result {
    /** It is in the new frame; the old one has the caller's reference alone. */
    MOVED,
    /** Somebody was in the way. */
    AGAIN,
    /** All gave it up meanwhile: the caller's reference is the last. */
    GONE
  }

  private final Parts parts;
  private final SwapFault swap;
  private final ReverseMap rmap;
  private final MemMap map;

  PageMigration(Parts parts, SwapFault swap, ReverseMap rmap) {
    this.parts = parts;
    this.swap = swap;
    this.rmap = rmap;
    this.map = parts.map();
  }

  /** The entries that show a page, their address spaces locked. */
  private final class Entries implements AnonVmas.AreaVisitor {
    private final int pfn;
    private final List<MmStruct> locked = new ArrayList<>(1);
    private long[] slots = new long[1];
    private long[] vmas = new long[1];
    private int count;
    private boolean busy;

    Entries(int pfn) {
      this.pfn = pfn;
    }

    @Override
    public boolean visit(long vma) {
      MmStruct mm = parts.spaces().of(vma);
      if (mm == null) {
        return true;
      }
      boolean taken = !mm.isHeldByMe();
      if (taken && !mm.tryLock()) {
        busy = true;
        return false;
      }
      long slot = rmap.shownSlot(mm, vma, pfn);
      boolean shows = slot != PageTables.NO_SLOT;
      if (shows) {
        slots = count == slots.length ? Arrays.copyOf(slots, 2 * count) : slots;
        vmas = count == vmas.length ? Arrays.copyOf(vmas, 2 * count) : vmas;
        slots[count] = slot;
        vmas[count++] = vma;
      }
      if (taken && shows) {
        locked.add(mm);
      } else if (taken) {
        mm.unlock();
      }
      return true;
    }

    boolean isComplete() {
      return !busy && count == map.mapcount(pfn);
    }

    /** All entries show another frame from now on; what else they say stays. */
    void show(Cpu cpu, int to) {
      long frame = parts.tables().layout().frameMask();
      for (int i = 0; i < count; i++) {
        long entry = parts.tables().entry(slots[i]);
        parts.tables().entry(slots[i], parts.entry(to, entry & ~frame));
        rmap.flush(cpu, Objects.requireNonNull(parts.spaces().of(vmas[i])), vmas[i], to);
      }
    }

    void unlock() {
      locked.forEach(MmStruct::unlock);
    }
  }

  /**
   * Moves a page that is on no list.
   *
   * @param pfn its frame, of which the caller has a reference
   * @param to a frame that the caller alone has, in the same zone
   */
  public Result move(Cpu cpu, int pfn, int to) {
    if (PageState.refcount(map.state(pfn)) == 1) {
      return Result.GONE;
    }
    if (!map.testAndSet(pfn, PageState.LOCKED)) {
      return Result.AGAIN;
    }
    PageCache cache = rmap.cache(pfn);
    boolean moved =
        cache == null
            ? moveMapped(cpu, pfn, to, 0)
            : parts.caches().migrate(cache, pfn, to, () -> moveCached(cpu, cache, pfn, to));
    if (!moved) {
      map.changeFlags(pfn, PageState.LOCKED, 0);
    }
    return moved ? Result.MOVED : Result.AGAIN;
  }

  private boolean moveCached(Cpu cpu, PageCache cache, int pfn, int to) {
    return moveMapped(cpu, pfn, to, cache.buffers().ownReferences(pfn));
  }

  private boolean moveMapped(Cpu cpu, int pfn, int to, int cacheReferences) {
    Entries entries = new Entries(pfn);
    try {
      if (map.mapcount(pfn) > 0) {
        rmap.forEachArea(pfn, entries);
      }
      if (!entries.isComplete()) {
        return false;
      }
      int references = entries.count + cacheReferences + 1;
      boolean moved =
          (PageState.flags(map.state(pfn)) & PageState.SWAPCACHE) != 0
              ? swap.swap().migrate(pfn, to, () -> moveFrozen(pfn, to, references + 1))
              : moveFrozen(pfn, to, references);
      if (moved) {
        entries.show(cpu, to);
      }
      return moved;
    } finally {
      entries.unlock();
    }
  }

  private boolean moveFrozen(int pfn, int to, int references) {
    if (!map.takeReferences(pfn, references, 0)) {
      return false;
    }
    parts.contents().copy(parts, pfn, to);
    map.migrate(pfn, to, references);
    return true;
  }
}
