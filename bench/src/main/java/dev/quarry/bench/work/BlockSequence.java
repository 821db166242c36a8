package dev.quarry.bench.work;

/**
 * What P4 does with the generator's numbers: the upper half of a draw chooses the block to replace,
 * the lower half the order of the next one, 0 to 10 with equal chances.
 */
public final class BlockSequence {
  /** Orders of 4 KiB to 4 MiB. */
  public static final int ORDERS = 11;

  /**
   * How many blocks are live in all: of 2047 / 11 pages in the mean, they hold half of 1 GiB, give
   * or take 6 %.
   */
  public static final int BLOCKS = 704;

  /** Seeds both sides. */
  public static final long SEED = 1;

  private BlockSequence() {}

  /** Which of {@code blocks} blocks a draw means. */
  public static int block(long draw, int blocks) {
    return (int) (((draw >>> 32) * blocks) >>> 32);
  }

  /** The order that a draw means. */
  public static int order(long draw) {
    return (int) (((draw & 0xFFFF_FFFFL) * ORDERS) >>> 32);
  }
}
