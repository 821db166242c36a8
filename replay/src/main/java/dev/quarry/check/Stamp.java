package dev.quarry.check;

/**
 * What is stored: of a backing's page its place, so that a page that comes back in another's place
 * is noticed even by who does not know what was written last.
 *
 * <pre>
 *   63      56 55           32 31                 0
 *  +----------+---------------+--------------------+
 *  | backing  | page          | a number, never 0  |      backing 255: memory of one process
 *  +----------+---------------+--------------------+
 * </pre>
 */
final class Stamp {
  static final int PRIVATE = 255;
  private static final int BACKING_SHIFT = 56;
  private static final int PAGE_SHIFT = 32;
  private static final int PAGE_MASK = (1 << (BACKING_SHIFT - PAGE_SHIFT)) - 1;
  private static final long NUMBER_MASK = 0xFFFF_FFFFL;

  private Stamp() {}

  static long of(int backing, int page, long number) {
    return (long) backing << BACKING_SHIFT
        | (long) (page & PAGE_MASK) << PAGE_SHIFT
        | (number & NUMBER_MASK)
        | 1;
  }

  static boolean isOf(long value, int backing, int page) {
    return value >>> PAGE_SHIFT == of(backing, page, 0) >>> PAGE_SHIFT;
  }
}
