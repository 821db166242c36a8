package dev.quarry.virtual.tlb;

import dev.quarry.virtual.Access;
import dev.quarry.virtual.MmContext;
import dev.quarry.virtual.PageTableLayout;
import dev.quarry.virtual.PageTables;
import dev.quarry.virtual.Pte;
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
  private static final long NO_PAGE = -1;

  private final PageTableLayout layout;
  private final TlbArrays arrays;
  private final Walker walker;
  private final AsidSlots slots;
  private final boolean asids;
  private final long userPages;
  private final long userEnd;
  private final long frameMask;

  /** Whether both sides have an array of level 1 in common. */
  private final boolean shared;

  private final TlbStats stats = new TlbStats();

  /** Whose tables the last access went through. */
  private @Nullable PageTables current;

  /** The address space that is loaded; null: none but the kernel's half. */
  private volatile @Nullable MmContext loaded;

  private int asid = AsidSlots.NO_ASID;
  private volatile boolean lazy;

  /** For each side the page that was used last, which level 1 holds as its newest. */
  private final long[] lastPages = {NO_PAGE, NO_PAGE};

  /** Its entry: the physical address of the page of 4 KiB and what is allowed. */
  private final long[] lastValues = new long[2];

  /**
   * @param userPages pages of the half that is a process's own
   */
  HardwareTlb(TlbGeometry geometry, PageTableLayout layout, long userPages) {
    this.layout = layout;
    this.asids = geometry.asids();
    this.arrays = new TlbArrays(geometry, layout);
    this.walker = new Walker(geometry, layout, stats);
    this.slots = new AsidSlots(asids);
    this.userPages = userPages;
    this.userEnd = userPages << PAGE_SHIFT;
    this.frameMask = layout.frameMask();
    this.shared =
        geometry.arrays().stream()
            .anyMatch(a -> a.level() == 1 && a.side() == TlbGeometry.Side.BOTH);
  }

  @Override
  public long translate(PageTables tables, long address, int access) {
    if (tables != current && !use(tables, address)) {
      return tables.translate(address, access);
    }
    int side = (access & Access.FETCH) >>> 4;
    long need = need(access);
    long mask = (access & Access.FETCH) != 0 ? need | Pte.NX : need;
    if (lastPages[side] == address >>> PAGE_SHIFT && (lastValues[side] & mask) == need) {
      stats.hit(side, 1);
      return (lastValues[side] & frameMask) | (address & OFFSET_MASK);
    }
    return look(tables, address, access, side, need, mask);
  }

  /** What an entry must say for an access: a write wants it dirty already. */
  private static long need(int access) {
    long rights = Pte.PRESENT | (access & (Pte.RW | Pte.USER));
    return (access & Access.WRITE) != 0 ? rights | Pte.DIRTY : rights;
  }

  private long look(PageTables tables, long address, int access, int side, long need, long mask) {
    int owner = asid;
    if (address < 0 || address >= userEnd) {
      if (!layout.isCanonical(address)) {
        return PageTables.NO_TRANSLATION;
      }
      owner = isKernels(address) ? AsidSlots.NO_ASID : asid;
    }
    int probe = arrays.find(side, address, owner);
    if (probe < 0) {
      stats.misses[side]++;
    } else {
      stats.hit(side, arrays.level(side, probe));
      long found = arrays.foundValue(address);
      if ((found & mask) == need) {
        arrays.fillAbove(side, probe, address, owner);
        return remember(side, address, found);
      }
      if ((found & mask & ~Pte.DIRTY) == (need & ~Pte.DIRTY)) {
        stats.marked++;
      } else {
        stats.denied++;
      }
      forgetPage(address, owner);
    }
    long value = walker.walk(tables, address, access, owner);
    if (value == PageTables.NO_TRANSLATION) {
      return value;
    }
    arrays.fill(side, address, owner, value, walker.leafLevel());
    return remember(side, address, walker.ofSmallPage(value, address));
  }

  private long remember(int side, long address, long value) {
    lastPages[side] = address >>> PAGE_SHIFT;
    lastValues[side] = value;
    if (shared) {
      lastPages[1 - side] = NO_PAGE; // it is not the newest any more
    }
    return (value & frameMask) | (address & OFFSET_MASK);
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
    lastPages[TlbStats.DATA] = NO_PAGE;
    lastPages[TlbStats.FETCH] = NO_PAGE;
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
