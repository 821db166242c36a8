package dev.quarry.bench.work;

/**
 * Sizes of objects, and a random order in which to free them; the same as in {@code allocbench.c}.
 *
 * <pre>
 *   mixed   33 to 4,096 bytes with equal chances              P2, P3, P5
 *   pairs   33 to 4,096 bytes, each doubling equally often    P1
 * </pre>
 */
public final class Mix {
  /** Blocks of a round of P2. */
  public static final int BLOCKS = 10_000;

  /** Sizes that P1 takes in turn. */
  public static final int PAIRS = 1_024;

  /** Seeds both sides. */
  public static final long SEED = 1;

  private static final int LEAST_BYTES = 33;
  private static final int MOST_BYTES = 4_096;
  private static final int LEAST_DOUBLING = 32;
  private static final int DOUBLINGS = 7;

  private final int[] sizes;
  private final int[] order;

  private Mix(int[] sizes, int[] order) {
    this.sizes = sizes;
    this.order = order;
  }

  /** Sizes of the mix. */
  public static Mix mixed(SplitMix64 random, int count) {
    int[] sizes = new int[count];
    int[] order = new int[count];
    for (int i = 0; i < count; i++) {
      sizes[i] = bytes(random);
      int other = below(random, i + 1);
      order[i] = order[other];
      order[other] = i;
    }
    return new Mix(sizes, order);
  }

  /** Sizes for pairs. */
  public static int[] pairs(SplitMix64 random, int count) {
    int[] sizes = new int[count];
    for (int i = 0; i < count; i++) {
      int low = LEAST_DOUBLING << below(random, DOUBLINGS);
      sizes[i] = low + 1 + below(random, low);
    }
    return sizes;
  }

  /** One size of the mix. */
  public static int bytes(SplitMix64 random) {
    return LEAST_BYTES + below(random, MOST_BYTES - LEAST_BYTES + 1);
  }

  /** A number below {@code bound}, from the upper half of a draw. */
  public static int below(SplitMix64 random, int bound) {
    return BlockSequence.block(random.next(), bound);
  }

  /** The bytes of each block. Not to be changed. */
  public int[] sizes() {
    return sizes;
  }

  /** Each block once. Not to be changed. */
  public int[] order() {
    return order;
  }
}
