package dev.quarry.virtual.fault;

import dev.quarry.machine.Host;
import dev.quarry.physical.Gfp;

/**
 * What is in the pages of processes. A machine that plays what a recorded one did knows no
 * contents: it need not write zeros or copies, and the host gives no memory for pages that nobody
 * reads.
 */
final class PageContents {
  private boolean kept = true;

  /** From now on pages hold what they happen to hold. */
  void forget() {
    kept = false;
  }

  /** A request for a page of zeros, by one for any page. */
  int zeroed(int gfp) {
    return kept ? gfp | Gfp.ZERO : gfp;
  }

  /** {@code copy_user_highpage}. */
  void copy(Parts parts, int from, int to) {
    if (kept) {
      long base = parts.ram().base();
      Host.copy(base + ((long) from << Parts.SHIFT), base + ((long) to << Parts.SHIFT), Parts.PAGE);
    }
  }

  /** Whether a page is known to hold nothing but zeros: {@code pages_identical}. */
  boolean isZero(Parts parts, int pfn) {
    long at = parts.ram().base() + ((long) pfn << Parts.SHIFT);
    for (long offset = 0; kept && offset < Parts.PAGE; offset += Long.BYTES) {
      if (Host.getLong(at + offset) != 0) {
        return false;
      }
    }
    return kept;
  }

  /** {@code clear_user_highpage}. */
  void zero(Parts parts, int pfn) {
    if (kept) {
      parts.ram().zeroPages(pfn, 1);
    }
  }
}
