package dev.quarry.virtual;

import dev.quarry.machine.Cpu;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.LongAdder;
import org.jspecify.annotations.Nullable;

/**
 * Counts flushes, with the choice that x86 makes between single pages and everything: up to {@link
 * #CEILING_PAGES} pages are forgotten one by one ({@code flush_tlb_kernel_range}, {@code
 * get_flush_tlb_info}, arch/x86/mm/tlb.c, 6.18). What is flushed is told to the modelled TLBs.
 */
public final class TlbCounts implements TlbFlush {
  /** {@code tlb_single_page_flush_ceiling}. */
  public static final int CEILING_PAGES = 33;

  private final int cpus;
  private final AtomicLong ranges = new AtomicLong();
  private final AtomicLong full = new AtomicLong();
  private final AtomicLong pages = new AtomicLong();
  private final AtomicLong interrupts = new AtomicLong();
  private final LongAdder userRanges = new LongAdder();
  private final LongAdder userFull = new LongAdder();
  private final LongAdder userPages = new LongAdder();
  private volatile @Nullable TlbFlush modelled;

  /** Counts for a machine of so many CPUs. */
  public TlbCounts(int cpus) {
    this.cpus = cpus;
  }

  /** Tells TLBs of what is flushed from now on; null: none are modelled. */
  public void tell(@Nullable TlbFlush tlbs) {
    modelled = tlbs;
  }

  @Override
  public void kernelRange(long address, long count) {
    ranges.incrementAndGet();
    interrupts.getAndAdd(cpus - 1L);
    if (count > CEILING_PAGES) {
      full.incrementAndGet();
    } else {
      pages.getAndAdd(count);
    }
    TlbFlush tlbs = modelled;
    if (tlbs != null) {
      tlbs.kernelRange(address, count);
    }
  }

  @Override
  public void localPage(long address) {
    pages.incrementAndGet();
    TlbFlush tlbs = modelled;
    if (tlbs != null) {
      tlbs.localPage(address);
    }
  }

  @Override
  public void userRange(Cpu cpu, PageTables of, long address, long count, boolean tablesFreed) {
    userRanges.increment();
    if (count > CEILING_PAGES) {
      userFull.increment();
    } else {
      userPages.add(count);
    }
    TlbFlush tlbs = modelled;
    if (tlbs != null) {
      tlbs.userRange(cpu, of, address, count, tablesFreed);
    }
  }

  @Override
  public void userAll(Cpu cpu, PageTables of) {
    userRanges.increment();
    userFull.increment();
    TlbFlush tlbs = modelled;
    if (tlbs != null) {
      tlbs.userAll(cpu, of);
    }
  }

  @Override
  public void gone(PageTables of) {
    TlbFlush tlbs = modelled;
    if (tlbs != null) {
      tlbs.gone(of);
    }
  }

  /** Ranges of the kernel's half that were flushed, page by page or with everything. */
  public long ranges() {
    return ranges.get();
  }

  /** Ranges of the kernel's half for which the whole TLB was flushed. */
  public long full() {
    return full.get();
  }

  /** Pages of the kernel's half that were forgotten one by one, on each CPU concerned. */
  public long singlePages() {
    return pages.get();
  }

  /** Other CPUs that were interrupted to flush theirs of the kernel's half. */
  public long interrupts() {
    return interrupts.get();
  }

  /** Ranges of address spaces that were flushed. */
  public long userRanges() {
    return userRanges.sum();
  }

  /** Ranges of address spaces for which all that a TLB held of them was flushed. */
  public long userFull() {
    return userFull.sum();
  }

  /** Pages of address spaces that were forgotten one by one. */
  public long userPages() {
    return userPages.sum();
  }
}
