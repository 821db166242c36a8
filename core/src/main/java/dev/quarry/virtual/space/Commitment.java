package dev.quarry.virtual.space;

import dev.quarry.physical.PhysicalMemory;
import dev.quarry.physical.Zone;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.LongSupplier;

/**
 * How much memory all processes together were promised: {@code vm_committed_as}, and the rules that
 * refuse more (mm/util.c, 6.18).
 *
 * <p>Equation: {@code Committed_AS == sum over areas with ACCOUNT of pages}; in mode 2 it stays
 * below {@code CommitLimit == RAM * overcommit_ratio / 100 + swap}.
 */
public final class Commitment {
  private static final int PERCENT = 100;
  private static final int KBYTES_SHIFT = MmStruct.PAGE_SHIFT - 10;
  private static final int SHARE_OF_TOTAL = 32;

  private final AtomicLong committed = new AtomicLong();
  private final SpaceSettings settings;
  private final long ramPages;
  private volatile LongSupplier swapPages = () -> 0;

  Commitment(PhysicalMemory memory, SpaceSettings settings) {
    this.settings = settings;
    this.ramPages = memory.zones().stream().mapToLong(Zone::managed).sum();
  }

  /** Where the size of all swap files, in pages, is known. */
  public void swap(LongSupplier totalPages) {
    swapPages = totalPages;
  }

  /** Pages promised: Committed_AS. */
  public long committedPages() {
    return Math.max(0, committed.get());
  }

  /** CommitLimit, in pages. */
  public long limitPages() {
    long kbytes = settings.overcommitKbytes();
    long ram =
        kbytes != 0 ? kbytes >> KBYTES_SHIFT : ramPages * settings.overcommitRatio() / PERCENT;
    return ram + swapPages.getAsLong();
  }

  /**
   * Promises pages to a process: {@code __vm_enough_memory}.
   *
   * @return false: there is not enough, nothing was promised
   */
  boolean charge(MmStruct mm, long pages) {
    long now = committed.addAndGet(pages);
    boolean enough =
        switch (settings.overcommit()) {
          case ALWAYS -> true;
          case GUESS -> isInRam(pages) || isInRamAndSwap(pages);
          case NEVER -> Math.max(0, now) < allowed(mm);
        };
    if (!enough) {
      committed.addAndGet(-pages);
    }
    return enough;
  }

  private boolean isInRam(long pages) {
    return pages >= 0 && pages <= ramPages;
  }

  /** Asks who knows the swap files, whose lock costs more than all the rest. */
  private boolean isInRamAndSwap(long pages) {
    return Long.compareUnsigned(pages, ramPages + swapPages.getAsLong()) <= 0;
  }

  private long allowed(MmStruct mm) {
    long allowed = limitPages();
    if (!mm.limits().isAdmin()) {
      allowed -= settings.adminReserveKbytes() >> KBYTES_SHIFT;
    }
    long reserve = settings.userReserveKbytes() >> KBYTES_SHIFT;
    return allowed - Math.min(mm.totalVm() / SHARE_OF_TOTAL, reserve);
  }

  /** Promises pages without asking: {@code vm_acct_memory}. */
  void add(long pages) {
    committed.addAndGet(pages);
  }

  /** Takes back a promise: {@code vm_unacct_memory}. */
  void uncharge(long pages) {
    if (pages != 0) {
      committed.addAndGet(-pages);
    }
  }
}
