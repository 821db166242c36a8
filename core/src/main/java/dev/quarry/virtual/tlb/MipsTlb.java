package dev.quarry.virtual.tlb;

import dev.quarry.virtual.Access;
import dev.quarry.virtual.MmContext;
import dev.quarry.virtual.PageTableLayout;
import dev.quarry.virtual.PageTables;
import dev.quarry.virtual.Pte;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * A TLB that software fills, as on a MIPS R4000: 64 pairs of pages, any of them anywhere, and an
 * exception for what is missing (arch/mips/mm/tlb-r4k.c, tlbex.c, mmu_context.h, 6.18).
 *
 * <pre>
 *   address in kseg0, the direct map ──► physical, past the TLB
 *   else ─┬─ no pair has it ───► refill: {@link MipsRefill}, into a random pair above the wired
 *         ├─ not valid ────────► general handler: a page fault, or the first access
 *         ├─ store, not dirty ─► modified: a page fault, or the first store
 *         └─ hit
 * </pre>
 *
 * <p>The processor sets no accessed and no dirty bit; the handlers do.
 */
final class MipsTlb implements TlbUnit {
  private static final int FIRST_VERSION = 1 << MipsEntry.ASID_BITS;
  private static final long FLAGS_SHOWN = Pte.PRESENT;

  /** What an address space has on this CPU: an ASID with its version, and the last flush known. */
  private record Owner(long asid, long generation) {}

  private final PageTableLayout layout;
  private final MipsGeometry geometry;
  private final long directStart;
  private final long directBytes;
  private final long userPages;
  private final long[] hi;
  private final long[] even;
  private final long[] odd;
  private final TlbStats stats = new TlbStats();
  private final MipsRefill refill = new MipsRefill(stats);
  private final Map<Long, Owner> owners = new HashMap<>();
  private long asidCache = FIRST_VERSION;
  private long random;
  private volatile @Nullable MmContext loaded;
  private long loadedGeneration;
  private int asid;
  private int last;

  MipsTlb(
      MipsGeometry geometry, PageTableLayout layout, long userPages, DirectRange direct, int cpu) {
    this.geometry = geometry;
    this.layout = layout;
    this.userPages = userPages;
    this.directStart = direct.start();
    this.directBytes = direct.bytes();
    this.hi = new long[geometry.entries()];
    this.even = new long[hi.length];
    this.odd = new long[hi.length];
    this.random = geometry.seed() * 0x9E37_79B9_7F4A_7C15L + cpu + 1;
    Arrays.fill(hi, TlbArray.EMPTY);
  }

  @Override
  public long translate(PageTables tables, long address, int access) {
    if (!layout.isCanonical(address)) {
      return PageTables.NO_TRANSLATION;
    }
    boolean kernels = layout.pageOf(address) >= userPages;
    if (kernels) {
      if ((access & Access.USER) != 0) {
        return PageTables.NO_TRANSLATION; // an address error, before any TLB
      }
      long physical = address - directStart;
      if (physical >= 0 && physical < directBytes) {
        return physical;
      }
    } else if (!tables.isOfProcess()) {
      return tables.translate(address, access);
    } else {
      load(tables.context());
    }
    return lookUp(tables, address, access, kernels);
  }

  private long lookUp(PageTables tables, long address, int access, boolean kernels) {
    int side = (access & Access.FETCH) != 0 ? TlbStats.FETCH : TlbStats.DATA;
    int at = probe(address);
    if (at == TlbArray.MISS) {
      stats.misses[side]++;
      stats.refills++;
      at = randomIndex();
      refill(at, tables, address, kernels);
    } else if ((lo(at, address) & MipsEntry.VALID) != 0) {
      stats.hit(side, 1);
    } else {
      stats.misses[side]++;
    }
    long lo = lo(at, address);
    boolean invalid = (lo & MipsEntry.VALID) == 0;
    boolean modified = (access & Access.WRITE) != 0 && (lo & MipsEntry.DIRTY) == 0;
    boolean inhibited = (access & Access.FETCH) != 0 && (lo & MipsEntry.EXECUTE_INHIBIT) != 0;
    if (!invalid && !modified && !inhibited) {
      return MipsEntry.frame(lo) | (address & (PageTableLayout.PAGE_SIZE - 1L));
    }
    if (invalid) {
      stats.invalid++;
    } else if (modified) {
      stats.modified++;
    }
    long physical = tables.translate(address, access);
    if (physical == PageTables.NO_TRANSLATION) {
      stats.refused++;
      return physical;
    }
    refill(at, tables, address, kernels); // tlbwi: the handler writes the entry that it found
    return physical;
  }

  private long lo(int at, long address) {
    return MipsEntry.half(address) == 0 ? even[at] : odd[at];
  }

  private void refill(int at, PageTables tables, long address, boolean kernels) {
    refill.load(tables, address);
    hi[at] = MipsEntry.hi(address, asid);
    even[at] = MipsEntry.lo(layout, refill.even(), kernels);
    odd[at] = MipsEntry.lo(layout, refill.odd(), kernels);
  }

  /** The pair that has an address for the ASID that is loaded: {@code tlbp}. */
  private int probe(long address) {
    if (matches(last, address, asid)) {
      return last;
    }
    return probe(address, asid);
  }

  private int probe(long address, int of) {
    for (int at = 0; at < hi.length; at++) {
      if (matches(at, address, of)) {
        last = at;
        return at;
      }
    }
    return TlbArray.MISS;
  }

  private boolean matches(int at, long address, int of) {
    long difference = hi[at] ^ MipsEntry.hi(address, of);
    return difference == 0
        || (hi[at] != TlbArray.EMPTY
            && (difference & ~MipsEntry.ASID_MASK) == 0
            && (even[at] & odd[at] & MipsEntry.GLOBAL) != 0);
  }

  /** The Random register: any index from Wired on; here from a seed (xorshift64). */
  private int randomIndex() {
    random ^= random << 13;
    random ^= random >>> 7;
    random ^= random << 17;
    int free = hi.length - geometry.wired();
    return geometry.wired() + (int) Long.remainderUnsigned(random, free);
  }

  /** {@code switch_mm}, {@code check_switch_mmu_context}. */
  private void load(MmContext context) {
    long generation = context.generation();
    if (loaded == context && loadedGeneration == generation) {
      return;
    }
    if (loaded != context) {
      stats.switches++;
    }
    loaded = context;
    generation = context.generation();
    Owner owner = owners.get(context.id());
    boolean good = owner != null && owner.generation == generation && isOfThisVersion(owner.asid);
    long mine = owner != null && good ? owner.asid : newAsid();
    owners.put(context.id(), new Owner(mine, generation));
    asid = (int) mine & MipsEntry.ASID_MASK;
    loadedGeneration = generation;
  }

  private boolean isOfThisVersion(long of) {
    return ((of ^ asidCache) & ~MipsEntry.ASID_MASK) == 0;
  }

  /** {@code get_new_mmu_context}: when all 255 are used, everything is forgotten. */
  private long newAsid() {
    asidCache++;
    if ((asidCache & MipsEntry.ASID_MASK) == 0) {
      forgetAll();
      asidCache++; // 0 is the kernel's
    }
    return asidCache;
  }

  private void forgetAll() {
    stats.fullFlushes++;
    for (int at = geometry.wired(); at < hi.length; at++) {
      stats.forgotten += hi[at] == TlbArray.EMPTY ? 0 : 1;
      hi[at] = TlbArray.EMPTY;
    }
  }

  @Override
  public void flush(MmContext context, long generation, long address, long pages) {
    Owner owner = owners.get(context.id());
    if (owner == null || owner.generation >= generation) {
      return;
    }
    boolean next = owner.generation == generation - 1;
    if (!next || pages > hi.length / 2 || !isOfThisVersion(owner.asid)) {
      stats.fullFlushes++;
      owners.remove(context.id()); // drop_mmu_context: it gets another ASID
      loadedGeneration = 0;
      return;
    }
    forget(address, pages, (int) owner.asid & MipsEntry.ASID_MASK);
    owners.put(context.id(), new Owner(owner.asid, generation));
    if (loaded == context) {
      loadedGeneration = generation;
    }
  }

  @Override
  public void flushKernel(long address, long pages) {
    if (pages > hi.length / 2) {
      forgetAll();
    } else {
      forget(address, pages, 0);
    }
  }

  private void forget(long address, long pages, int of) {
    stats.pagesForgotten += pages;
    for (long i = 0; i < pages; i++) {
      int at = probe(address + (i << PageTableLayout.PAGE_SHIFT), of);
      if (at != TlbArray.MISS) {
        hi[at] = TlbArray.EMPTY;
        stats.forgotten++;
      }
    }
  }

  @Override
  public void leave(MmContext context) {
    owners.remove(context.id());
    if (loaded == context) {
      loaded = null;
      loadedGeneration = 0;
      asid = 0;
    }
  }

  @Override
  public boolean runs(MmContext context) {
    return loaded == context;
  }

  @Override
  public boolean isLazy() {
    return false; // a kernel thread borrows the address space, and is told of its flushes
  }

  @Override
  public void enterLazy() {
    // Nothing changes: see isLazy.
  }

  @Override
  public TlbStats stats() {
    return stats;
  }

  @Override
  public List<TlbEntry> entries() {
    Map<Integer, Long> contexts = new HashMap<>();
    owners.forEach((context, owner) -> {
      if (isOfThisVersion(owner.asid)) {
        contexts.put((int) owner.asid & MipsEntry.ASID_MASK, context);
      }
    });
    List<TlbEntry> list = new ArrayList<>();
    for (int at = 0; at < hi.length; at++) {
      if (hi[at] != TlbArray.EMPTY) {
        boolean global = (even[at] & odd[at] & MipsEntry.GLOBAL) != 0;
        int of = global ? 0 : MipsEntry.asid(hi[at]);
        long context = global ? 0 : contexts.getOrDefault(of, TlbEntry.NOBODY);
        add(list, at, of, context, MipsEntry.address(hi[at]), even[at]);
        add(list, at, of, context, MipsEntry.address(hi[at]) + PageTableLayout.PAGE_SIZE, odd[at]);
      }
    }
    return list;
  }

  private void add(List<TlbEntry> list, int at, int of, long context, long address, long lo) {
    if ((lo & MipsEntry.VALID) == 0) {
      return; // it cannot be hit
    }
    Owner owner = owners.get(context);
    long flags =
        FLAGS_SHOWN
            | ((lo & MipsEntry.DIRTY) != 0 ? Pte.RW | Pte.DIRTY : 0)
            | ((lo & MipsEntry.EXECUTE_INHIBIT) != 0 ? Pte.NX : 0);
    list.add(
        new TlbEntry(
            geometry.text(),
            at,
            MipsEntry.half(address),
            of,
            context,
            owner == null ? 0 : owner.generation,
            address,
            PageTableLayout.PAGE_SIZE,
            MipsEntry.frame(lo),
            flags));
  }

  @Override
  public String words() {
    return geometry.text();
  }
}
