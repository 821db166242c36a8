package dev.quarry.conform;

/**
 * The addresses that sequences work on, the same on both sides.
 *
 * <pre>
 *   filler | guard |  window: 6 to 64 pages, areas come and go  | guard            | filler
 *          LOW     START                                        START + pages      HIGH
 *                  |----- seen after each operation, and a few pages of the guard -|
 * </pre>
 *
 * <p>Guards are shared memory that nobody may access: they merge with nothing. Fillers cover all
 * other addresses, so that a kernel that chooses an address finds it in the window or not at all.
 */
final class Window {
  static final int PAGE_SHIFT = 12;
  static final long PAGE = 1L << PAGE_SHIFT;

  /** The largest window, in pages. */
  static final int MOST_PAGES = 64;

  /** In the middle of the largest window two page tables meet. */
  static final long START = 0x1000_0020_0000L - MOST_PAGES / 2 * PAGE;

  /** Pages of each guard. */
  private static final int GUARD_PAGES = 256;

  /** Pages of the upper guard that are seen: operations reach into it. */
  private static final int SEEN_BEYOND = 16;

  static final long LOW = START - GUARD_PAGES * PAGE;
  static final long HIGH = START + (MOST_PAGES + GUARD_PAGES) * PAGE;

  private Window() {}

  /** The address of a page of the window. */
  static long at(long page) {
    return START + (page << PAGE_SHIFT);
  }

  /** One past the last address that is seen. */
  static long seenEnd(Settings settings) {
    return at(seenPages(settings));
  }

  static int seenPages(Settings settings) {
    return settings.pages() + SEEN_BEYOND;
  }
}
