package dev.quarry.virtual;

import java.util.concurrent.atomic.AtomicLong;

/**
 * Counts flushes, with the choice that x86 makes between single pages and everything: up to {@link
 * #CEILING_PAGES} pages are forgotten one by one ({@code flush_tlb_kernel_range},
 * arch/x86/mm/tlb.c, 6.18).
 */
public final class TlbCounts implements TlbFlush {
  /** {@code tlb_single_page_flush_ceiling}. */
  public static final int CEILING_PAGES = 33;

  private final int cpus;
  private final AtomicLong ranges = new AtomicLong();
  private final AtomicLong full = new AtomicLong();
  private final AtomicLong pages = new AtomicLong();
  private final AtomicLong interrupts = new AtomicLong();

  /** Counts for a machine of so many CPUs. */
  public TlbCounts(int cpus) {
    this.cpus = cpus;
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
  }

  @Override
  public void localPage(long address) {
    pages.incrementAndGet();
  }

  /** Ranges that were flushed, page by page or with everything. */
  public long ranges() {
    return ranges.get();
  }

  /** Ranges for which the whole TLB was flushed. */
  public long full() {
    return full.get();
  }

  /** Pages that were forgotten one by one, on each CPU concerned. */
  public long singlePages() {
    return pages.get();
  }

  /** Other CPUs that were interrupted to flush theirs. */
  public long interrupts() {
    return interrupts.get();
  }
}
