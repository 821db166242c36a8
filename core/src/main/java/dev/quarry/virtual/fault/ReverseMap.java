package dev.quarry.virtual.fault;

import dev.quarry.machine.Cpu;
import dev.quarry.physical.MemMap;
import dev.quarry.physical.PageState;
import dev.quarry.virtual.HugeTables;
import dev.quarry.virtual.PageTables;
import dev.quarry.virtual.Pte;
import dev.quarry.virtual.TableMemory;
import dev.quarry.virtual.cache.NodeCounts;
import dev.quarry.virtual.cache.PageCache;
import dev.quarry.virtual.space.AnonVmas;
import dev.quarry.virtual.space.MmStruct;
import dev.quarry.virtual.space.RssKind;
import dev.quarry.virtual.space.VmAreaStruct;
import dev.quarry.virtual.space.VmFlags;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * From a page to the entries that show it: {@code rmap_walk}, {@code folio_referenced}, {@code
 * try_to_unmap}, {@code folio_mkclean} (mm/rmap.c, 6.18).
 *
 * <pre>
 *   private page ── mapping ──► anon_vma ──► areas ─┬─► address space, address by the page's index
 *   file's page ─── mapping ──► cache ─────► areas ─┘        └─► entry: does it show the page?
 * </pre>
 *
 * <p>An entry is looked at with the lock of its address space held. Who comes here may hold some of
 * them already, and other locks that their holders wait for: so a lock is only tried, and an
 * address space that somebody else works on counts as having used the page.
 */
public final class ReverseMap {
  private final Parts parts;
  private final SwapFault swap;
  private final MemMap map;
  private final TableMemory tables;
  private final VmAreaStruct areas;
  private final HugePages huge;

  ReverseMap(Parts parts, SwapFault swap, HugePages huge) {
    this.huge = huge;
    this.parts = parts;
    this.swap = swap;
    this.map = parts.map();
    this.tables = parts.tables();
    this.areas = parts.spaces().areas();
  }

  /**
   * What is known of a page's use.
   *
   * @param entries that were marked as accessed, and are not any more
   * @param vmFlags of their areas, all together
   * @param contended whether some could not be looked at
   */
  public record Use(int entries, long vmFlags, boolean contended) {
    private static final Use NONE = new Use(0, 0, false);

    /** Whether an area locks the page. */
    public boolean isLocked() {
      return (vmFlags & VmFlags.LOCKED) != 0;
    }

    /** Whether it is a program's text. */
    public boolean isExecutable() {
      return (vmFlags & VmFlags.EXEC) != 0;
    }
  }

  /** Visits the areas that may show a page. */
  void forEachArea(int pfn, AnonVmas.AreaVisitor visitor) {
    if (parts.rmap().isAnon(pfn)) {
      long none = VmAreaStruct.NONE;
      parts
          .spaces()
          .anonVmas()
          .forEachArea(() -> mapcount(pfn) == 0 ? none : parts.rmap().anonVma(pfn), visitor);
    } else if (map.mapping(pfn) != 0) {
      parts.caches().of(pfn).areas().forEach(visitor);
    }
  }

  private int mapcount(int pfn) {
    return parts.memory().largeFolios().mapcountOf(pfn);
  }

  /** Where an entry of an area shows a page, or {@link PageTables#NO_SLOT}. */
  long shownSlot(MmStruct mm, long vma, int pfn) {
    long slot = slot(mm, vma, pfn);
    boolean shown = slot != PageTables.NO_SLOT && parts.pfnIfMapped(tables.entry(slot)) == pfn;
    return shown ? slot : PageTables.NO_SLOT;
  }

  /** Where an area shows a page, huge or not, or would, or {@link PageTables#NO_SLOT}. */
  private long slot(MmStruct mm, long vma, int pfn) {
    if (!covers(vma, pfn)) {
      return PageTables.NO_SLOT;
    }
    long address = address(vma, pfn);
    if (mm.huge().entries() > 0) {
      long upper = mm.tables().findUpperSlot(address);
      if (upper != PageTables.NO_SLOT && HugeTables.isHuge(tables.entry(upper))) {
        return upper;
      }
    }
    return mm.tables().findSlot(address);
  }

  /** Whether a page's place in its file, or among private pages, is one of an area's. */
  private boolean covers(long vma, int pfn) {
    int pages = map.index(pfn) - (int) areas.pgoff(vma);
    return Integer.compareUnsigned(pages, (int) areas.pages(vma)) < 0;
  }

  /** Where an area would show a page that it has room for. */
  private long address(long vma, int pfn) {
    int pages = map.index(pfn) - (int) areas.pgoff(vma);
    return areas.start(vma) + ((pages & 0xFFFF_FFFFL) << Parts.SHIFT);
  }

  /** Tells the TLBs; nobody uses the entry meanwhile, as its lock is held. */
  void flush(Cpu cpu, MmStruct mm, long vma, int pfn) {
    tables.tlb().userRange(cpu, mm.tables(), address(vma, pfn), 1, false);
  }

  /** Whether an area's entry shows a page; without a lock, a guess. */
  boolean shows(long vma, int pfn) {
    MmStruct mm = parts.spaces().of(vma);
    return mm != null && shownSlot(mm, vma, pfn) != PageTables.NO_SLOT;
  }

  /** Goes over the entries that show a page: {@code struct rmap_walk_control}. */
  private abstract class Walk implements AnonVmas.AreaVisitor, LongSupplier {
    final int pfn;

    /** Some address space was somebody else's, and was left out. */
    boolean contended;

    Walk(int pfn) {
      this.pfn = pfn;
    }

    /** An entry of an area shows the page; returns whether to go on. */
    abstract boolean entry(MmStruct mm, long vma, long slot);

    /** The anon_vma, asked with the lock of all of them held: a page that nobody maps has none. */
    @Override
    public long getAsLong() {
      return mapcount(pfn) == 0 ? VmAreaStruct.NONE : parts.rmap().anonVma(pfn);
    }

    /** Returns whether all entries could be visited. */
    boolean run() {
      if (parts.rmap().isAnon(pfn)) {
        parts.spaces().anonVmas().forEachArea(this, this);
      } else if (map.mapping(pfn) != 0) {
        parts.caches().of(pfn).areas().forEach(this);
      }
      return !contended;
    }

    @Override
    public boolean visit(long vma) {
      MmStruct mm = covers(vma, pfn) ? parts.spaces().of(vma) : null;
      if (mm == null) {
        return true;
      }
      boolean mine = mm.isHeldByMe();
      if (!mine && !mm.tryLock()) {
        contended = true;
        return true;
      }
      try {
        long slot = shownSlot(mm, vma, pfn);
        return slot == PageTables.NO_SLOT || entry(mm, vma, slot);
      } finally {
        if (!mine) {
          mm.unlock();
        }
      }
    }
  }

  private final class Referenced extends Walk {
    int count;
    long used;

    Referenced(int pfn) {
      super(pfn);
    }

    @Override
    boolean entry(MmStruct mm, long vma, long slot) {
      long vmFlags = areas.flags(vma);
      if ((vmFlags & VmFlags.LOCKED) != 0) {
        used |= vmFlags;
        return false;
      }
      boolean counts = (vmFlags & (VmFlags.SEQ_READ | VmFlags.RAND_READ)) == 0;
      if (tables.clear(slot, Pte.ACCESSED) && counts) {
        count++;
        used |= vmFlags;
      }
      return true;
    }
  }

  /** Which entries were used since this was last asked: {@code folio_referenced}. */
  public Use referenced(int pfn) {
    if (mapcount(pfn) == 0) {
      return Use.NONE;
    }
    Referenced walk = new Referenced(pfn);
    boolean complete = walk.run();
    return complete && walk.used == 0 ? Use.NONE : new Use(walk.count, walk.used, !complete);
  }

  private final class Unmap extends Walk {
    private final Cpu cpu;
    private final boolean anon;
    private final long swapEntry;

    /** A page of a file was written by way of an entry. */
    boolean wrote;

    Unmap(Cpu cpu, int pfn, long swapEntry) {
      super(pfn);
      this.cpu = cpu;
      this.anon = parts.rmap().isAnon(pfn);
      this.swapEntry = swapEntry;
    }

    @Override
    boolean entry(MmStruct mm, long vma, long slot) {
      if (areas.has(vma, VmFlags.LOCKED)) {
        return false;
      }
      mm.noteHiwaterRss();
      flush(cpu, mm, vma, pfn);
      return anon ? unmapAnon(cpu, mm, vma, slot, swapEntry) : unmapFile(mm, slot);
    }

    private boolean unmapFile(MmStruct mm, long slot) {
      wrote |= (tables.exchange(slot, Pte.NONE) & Pte.DIRTY) != 0;
      parts.rmap().remove(cpu, mm, pfn);
      parts.allocator().freePage(cpu, pfn);
      return true;
    }
  }

  /**
   * Takes a page from all entries: {@code try_to_unmap}. What they knew of its being written is
   * known to its descriptor then. Areas that lock it keep it.
   *
   * @param swapEntry what the entries of a private page say afterwards; {@link Pte#NONE}: the page
   *     may be dropped, unless it was written
   * @return whether no entry shows it any more
   */
  public boolean unmap(Cpu cpu, int pfn, long swapEntry) {
    Unmap walk = new Unmap(cpu, pfn, swapEntry);
    PageCache cache = cache(pfn);
    walk.run();
    if (walk.wrote && cache != null) { // in the walk its lock must not be waited for
      cache.markDirty(pfn);
    }
    return map.mapcount(pfn) == 0;
  }

  private boolean unmapAnon(Cpu cpu, MmStruct mm, long vma, long slot, long swapEntry) {
    long entry = tables.exchange(slot, swapEntry);
    int pfn = parts.pfn(entry);
    if ((entry & Pte.DIRTY) != 0) {
      map.changeFlags(pfn, 0, PageState.DIRTY);
    }
    if (swapEntry == Pte.NONE) {
      boolean isDirty = (PageState.flags(map.state(pfn)) & PageState.DIRTY) != 0;
      if (isDirty && !areas.has(vma, VmFlags.DROPPABLE)) {
        map.changeFlags(pfn, 0, PageState.SWAPBACKED); // written after madvise(MADV_FREE)
        tables.entry(slot, entry);
        return false;
      }
    } else {
      swap.swap().duplicate(swapEntry);
      mm.addRss(RssKind.SWAP, 1);
      map.changeFlags(pfn, PageState.ANON_EXCLUSIVE, 0);
    }
    parts.rmap().remove(cpu, mm, pfn);
    parts.allocator().freePage(cpu, pfn);
    return map.mapcount(pfn) != 0;
  }

  /**
   * Makes 512 pages of a huge one, in all page tables: {@code split_folio}. Nobody but page tables
   * holds it.
   *
   * @return whether that was done
   */
  public boolean split(Cpu cpu, int head) {
    Walk walk =
        new Walk(head) {
          @Override
          boolean entry(MmStruct mm, long vma, long slot) {
            if (HugeTables.isHuge(tables.entry(slot))) {
              huge.entries().split(cpu, mm, slot);
            }
            return true;
          }
        };
    return walk.run() && huge.splitBlock(cpu, head, null);
  }

  /**
   * Takes the right to write a file's page from all entries: {@code folio_mkclean}.
   *
   * @return whether from all, so that the next write is seen
   */
  public boolean makeClean(Cpu cpu, int pfn) {
    Walk walk =
        new Walk(pfn) {
          @Override
          boolean entry(MmStruct mm, long vma, long slot) {
            if (Parts.isShared(areas.flags(vma)) && tables.clear(slot, Pte.RW | Pte.DIRTY)) {
              flush(cpu, mm, vma, pfn);
            }
            return true;
          }
        };
    return map.mapcount(pfn) == 0 || walk.run();
  }

  /** Counts pages for their nodes. */
  public NodeCounts counts() {
    return parts.rmap().counts();
  }

  /** The cache of a file's page, or null if it is in none any more. */
  public @Nullable PageCache cache(int pfn) {
    return parts.rmap().isAnon(pfn) ? null : parts.caches().find(map.mapping(pfn));
  }
}
