package dev.quarry.reclaim;

/**
 * How many slots around a missing page are read with it: {@code swapin_nr_pages} (mm/swap_state.c,
 * 6.18). The more of what was read ahead was of use, the more is read ahead.
 */
final class SwapReadAhead {
  private static final int FEWEST = 4;

  private int hits = FEWEST;
  private int previousWindow;
  private int previousSlot;

  /** A page that was read ahead was wanted. */
  void hit() {
    hits++;
  }

  /**
   * How many slots to read, a power of two or 1.
   *
   * @param most the setting's
   */
  int window(int slot, int most) {
    if (most <= 1) {
      return 1;
    }
    int pages = wanted(slot, most);
    if (hits == 0) {
      previousSlot = slot;
    }
    previousWindow = pages;
    hits = 0;
    return pages;
  }

  private int wanted(int slot, int most) {
    int pages = hits + 2;
    if (pages == 2) {
      // Nothing was of use: only where it goes on in a row.
      pages = Math.abs(slot - previousSlot) == 1 ? 2 : 1;
    } else {
      int rounded = FEWEST;
      while (rounded < pages) {
        rounded <<= 1;
      }
      pages = rounded;
    }
    return Math.max(Math.min(pages, most), previousWindow / 2);
  }
}
