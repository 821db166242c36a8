package dev.quarry.virtual.tlb;

import dev.quarry.virtual.Access;
import dev.quarry.virtual.MmContext;
import dev.quarry.virtual.PageTableLayout;
import dev.quarry.virtual.PageTables;
import dev.quarry.virtual.Pte;
import dev.quarry.virtual.QuickWalk;
import dev.quarry.virtual.TableMemory;
import dev.quarry.virtual.TlbCounts;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A TLB whose misses a hardware walk serves, as on x86: {@code switch_mm_irqs_off}, {@code
 * flush_tlb_func} (arch/x86/mm/tlb.c, 6.18); Intel manual, volume 3, chapter 5.10.
 *
 * <pre>
 *   access ── page used last? ── arrays of level 1 ── of level 2 ── walk ── page fault
 *                 hit                 hit           hit, and into   │
 *                                                      level 1      └─ into all levels
 * </pre>
 *
 * <p>An entry that forbids an access, or is clean where a write wants it dirty, is forgotten and
 * the tables are asked: so it is enough to flush where less is allowed than before.
 */
final class HardwareTlb implements TlbUnit {
  private static final int PAGE_SHIFT = PageTableLayout.PAGE_SHIFT;
  private static final long OFFSET_MASK = PageTableLayout.PAGE_SIZE - 1L;

  private final PageTableLayout layout;
  private final TlbArrays arrays;
  private final Walker walker;
  private final AsidSlots slots;
  private final boolean asids;
  private final long userPages;
  private final long userEnd;
  private final long frameMask;

  /** Null: entries of upper levels are remembered. */
  private final @Nullable QuickWalk quick;

  private final TlbStats stats = new TlbStats();

  /** Whose tables the last access went through. */
  private @Nullable PageTables current;

  /** The address space that is loaded; null: none but the kernel's half. */
  private volatile @Nullable MmContext loaded;

  private int asid = AsidSlots.NO_ASID;
  private volatile boolean lazy;

  private final TlbSide data;
  private final TlbSide fetches;

  /**
   * @param memory where the tables are
   * @param userPages pages of the half that is a process's own
   */
  HardwareTlb(TlbGeometry geometry, TableMemory memory, long userPages) {
    this.layout = memory.layout();
    this.asids = geometry.asids();
    this.arrays = new TlbArrays(geometry, layout);
    this.data = new TlbSide(TlbStats.DATA, arrays);
    this.fetches = new TlbSide(TlbStats.FETCH, arrays);
    this.walker = new Walker(geometry, memory, stats);
    this.slots = new AsidSlots(asids);
    this.userPages = userPages;
    this.userEnd = userPages << PAGE_SHIFT;
    this.frameMask = layout.frameMask();
    this.quick = walker.isCached() ? null : new QuickWalk(memory);
    if (geometry.arrays().stream()
        .anyMatch(a -> a.level() == 1 && a.side() == TlbGeometry.Side.BOTH)) {
      data.rival(fetches);
    }
  }

  @Override
  public long translate(PageTables tables, long address, int access) {
    if (tables != current && !use(tables, address)) {
      return tables.translate(address, access);
    }
    TlbSide side = (access & Access.FETCH) != 0 ? fetches : data;
    long need = need(access);
    long value = side.value;
    if (side.page != address >>> PAGE_SHIFT || (value & mask(access, need)) != need) {
      value = look(tables, side, address, access);
      if (value == PageTables.NO_TRANSLATION) {
        return value;
      }
    } else {
      side.hits++;
    }
    return (value & frameMask) | (address & OFFSET_MASK);
  }

  /** What an entry must say for an access: a write wants it dirty already. */
  private static long need(int access) {
    long rights = Pte.PRESENT | (access & (Pte.RW | Pte.USER));
    return (access & Access.WRITE) != 0 ? rights | Pte.DIRTY : rights;
  }

  /** The bits of an entry that matter for an access. */
  private static long mask(int access, long need) {
    return (access & Access.FETCH) != 0 ? need | Pte.NX : need;
  }

  /**
   * The entry of the page of 4 KiB, or {@link PageTables#NO_TRANSLATION}: the usual cases. The
   * method is longer than what HotSpot compiles into its callers, so that {@link #translate} is
   * short enough for that.
   */
  private long look(PageTables tables, TlbSide side, long address, int access) {
    long need = need(access);
    long mask = mask(access, need);
    long page = address >>> PAGE_SHIFT;
    if (page >= userPages || !side.plain) {
      return lookAnywhere(tables, side, address, access);
    }
    long key = TlbArrays.key(page, 0, asid);
    TlbArray first = side.first;
    int at = first.find(key, page);
    if (at >= 0) {
      long value = first.value(at);
      if ((value & mask) != need) {
        return lookAnywhere(tables, side, address, access);
      }
      side.hits++;
      return side.remember(page, value);
    }
    TlbArray second = side.second;
    int behind = second == null ? TlbArray.MISS : second.find(key, page);
    long value;
    if (second != null && behind >= 0) {
      value = second.value(behind);
      if ((value & mask) != need) {
        return lookAnywhere(tables, side, address, access);
      }
      side.secondHits++;
    } else {
      value = quickWalk(tables, address, mask, need);
      if (value == QuickWalk.ANOTHER_CASE) {
        return miss(tables, side, address, access, asid);
      }
      side.quickMisses++;
      if (second != null) {
        second.insertAt(behind, key, value);
      }
    }
    first.insertAt(at, key, value);
    return side.remember(page, value);
  }

  private long quickWalk(PageTables tables, long address, long mask, long need) {
    return quick == null ? QuickWalk.ANOTHER_CASE : quick.walk(tables.root(), address, mask, need);
  }

  /** The same for all cases. */
  private long lookAnywhere(PageTables tables, TlbSide side, long address, int access) {
    long need = need(access);
    long mask = mask(access, need);
    int owner = asid;
    if (address < 0 || address >= userEnd) {
      if (!layout.isCanonical(address)) {
        return PageTables.NO_TRANSLATION;
      }
      owner = isKernels(address) ? AsidSlots.NO_ASID : asid;
    }
    int number = side.number;
    int probe = arrays.find(number, address, owner);
    if (probe < 0) {
      return miss(tables, side, address, access, owner);
    }
    stats.hit(number, arrays.level(number, probe));
    long found = arrays.foundValue(address);
    if ((found & mask) == need) {
      arrays.fillAbove(number, probe, address, owner);
      return side.remember(address >>> PAGE_SHIFT, found);
    }
    if ((found & mask & ~Pte.DIRTY) == (need & ~Pte.DIRTY)) {
      stats.marked++;
    } else {
      stats.denied++;
    }
    forgetPage(address, owner);
    return walk(tables, side, address, access, owner);
  }

  private long miss(PageTables tables, TlbSide side, long address, int access, int owner) {
    side.misses++;
    return walk(tables, side, address, access, owner);
  }

  /** Walks, and puts what was found into the arrays; the entry of the page of 4 KiB. */
  private long walk(PageTables tables, TlbSide side, long address, int access, int owner) {
    long value = walker.walk(tables, address, access, owner);
    if (value == PageTables.NO_TRANSLATION) {
      return value;
    }
    arrays.fill(side.number, address, owner, value, walker.leafLevel());
    data.refresh();
    fetches.refresh();
    return side.remember(address >>> PAGE_SHIFT, walker.ofSmallPage(value, address));
  }

  private boolean isKernels(long address) {
    return layout.pageOf(address) >= userPages;
  }

  /**
   * Makes tables the current ones; false for the kernel's own and an address that they do not have,
   * where what a process left in the TLB must not be found.
   */
  private boolean use(PageTables tables, long address) {
    boolean isProcess = tables.isOfProcess();
    if (!isProcess && !isKernels(address)) {
      return false;
    }
    forgetLast();
    if (isProcess) {
      load(tables.context());
      current = tables;
    } else {
      current = null; // the next access of the process asks again whether it missed a flush
    }
    return true;
  }

  /** {@code switch_mm_irqs_off}. */
  private void load(MmContext context) {
    if (loaded == context && !lazy) {
      return;
    }
    if (loaded != context) {
      stats.switches++;
      if (!asids) {
        forgetAsid(1);
      }
    }
    lazy = false;
    loaded = context; // before generations are compared: who flushes meanwhile is told to us
    asid = slots.of(context);
    boolean fresh = asid == AsidSlots.NO_ASID;
    if (fresh) {
      asid = slots.take(context);
    }
    long generation = context.generation();
    if (fresh || slots.generation(asid) != generation) {
      forgetAsid(asid);
      slots.generation(asid, generation);
    }
  }

  @Override
  public void flush(MmContext context, long generation, long address, long pages) {
    int of = slots.of(context);
    if (of == AsidSlots.NO_ASID || slots.generation(of) >= generation) {
      return;
    }
    boolean next = slots.generation(of) == generation - 1;
    slots.generation(of, generation);
    forgetLast();
    if (!next || pages > TlbCounts.CEILING_PAGES) {
      forgetAsid(of);
      return;
    }
    for (long i = 0; i < pages; i++) {
      forgetPage(address + (i << PAGE_SHIFT), of);
    }
    stats.pagesForgotten += pages;
  }

  @Override
  public void flushKernel(long address, long pages) {
    forgetLast();
    if (pages > TlbCounts.CEILING_PAGES) {
      stats.fullFlushes++;
      stats.forgotten += arrays.removeIf(key -> true);
      walker.forgetIf(key -> true);
      return;
    }
    for (long i = 0; i < pages; i++) {
      forgetPage(address + (i << PAGE_SHIFT), AsidSlots.NO_ASID);
    }
    stats.pagesForgotten += pages;
  }

  /** INVLPG: the page in all arrays, and all that walk caches know of the address space. */
  private void forgetPage(long address, int of) {
    stats.forgotten += arrays.remove(address, of);
    walker.forgetIf(key -> TlbArrays.asid(key) == of);
    forgetLast();
  }

  private void forgetAsid(int of) {
    stats.fullFlushes++;
    stats.forgotten += arrays.removeIf(key -> TlbArrays.asid(key) == of);
    walker.forgetIf(key -> TlbArrays.asid(key) == of);
    forgetLast();
  }

  private void forgetLast() {
    data.forgetLast();
    fetches.forgetLast();
  }

  @Override
  public void leave(MmContext context) {
    if (loaded == context) {
      loaded = null;
      lazy = false;
      current = null;
    }
    int of = slots.of(context);
    if (of != AsidSlots.NO_ASID) {
      slots.forget(of);
    }
  }

  @Override
  public boolean runs(MmContext context) {
    return loaded == context;
  }

  @Override
  public boolean isLazy() {
    return lazy;
  }

  @Override
  public void enterLazy() {
    lazy = loaded != null;
    current = null;
  }

  @Override
  public TlbStats stats() {
    data.countInto(stats);
    fetches.countInto(stats);
    return stats;
  }

  @Override
  public List<TlbEntry> entries() {
    TlbListing listing = new TlbListing(layout, slots);
    arrays.forEach(listing);
    walker.forEach(listing);
    return listing.entries();
  }

  @Override
  public String words() {
    return arrays.words();
  }
}
