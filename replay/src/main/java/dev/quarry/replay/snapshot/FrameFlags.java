package dev.quarry.replay.snapshot;

/**
 * What the words of {@code /proc/kpageflags} say of a frame
 * (include/uapi/linux/kernel-page-flags.h, 6.18; the bits from 32 on in
 * include/linux/kernel-page-flags.h):
 *
 * <pre>
 *   33 ... 32       26      24        23       22  20      18    16    15    12    10     7     5
 *   RESERVED      PGTABLE ZERO_PAGE OFFLINE  THP NOPAGE UNEVICT TAIL  HEAD  ANON  BUDDY SLAB  LRU
 * </pre>
 */
final class FrameFlags {
  private static final long LRU = 1L << 5;
  private static final long SLAB = 1L << 7;
  private static final long BUDDY = 1L << 10;
  private static final long ANON = 1L << 12;
  private static final long HEAD = 1L << 15;
  private static final long TAIL = 1L << 16;
  private static final long UNEVICTABLE = 1L << 18;
  private static final long NOPAGE = 1L << 20;
  private static final long THP = 1L << 22;
  private static final long OFFLINE = 1L << 23;
  private static final long ZERO_PAGE = 1L << 24;
  private static final long PGTABLE = 1L << 26;
  private static final long RESERVED = 1L << 32;

  private FrameFlags() {}

  /** The letter of {@link PageClasses} for a frame; the first that applies. */
  static char letter(long word) {
    if (has(word, NOPAGE)) {
      return 'N';
    }
    if (has(word, BUDDY)) {
      return 'B';
    }
    if (has(word, SLAB)) {
      return 'S';
    }
    if (has(word, ZERO_PAGE)) {
      return 'Z';
    }
    if (has(word, PGTABLE)) {
      return 'P';
    }
    return has(word, OFFLINE) ? 'O' : letterOfUse(word);
  }

  private static char letterOfUse(long word) {
    if (has(word, UNEVICTABLE)) {
      return 'U';
    }
    if (has(word, ANON)) {
      return has(word, THP) ? 'T' : 'A';
    }
    if (has(word, LRU)) {
      return 'F';
    }
    if (has(word, RESERVED)) {
      return 'R';
    }
    return has(word, HEAD | TAIL) ? 'C' : 'K';
  }

  private static boolean has(long word, long bits) {
    return (word & bits) != 0;
  }
}
