package dev.quarry.bench.work;

/**
 * What P2 does with the generator's numbers: sizes of 33 to 4,096 bytes with equal chances, and a
 * random order in which to free.
 */
public final class MixedBlocks {
  /** Blocks of a round. */
  public static final int BLOCKS = 10_000;

  private static final int LEAST_BYTES = 33;
  private static final int MOST_BYTES = 4_096;
  private static final long SEED = 1;

  private final int[] sizes = new int[BLOCKS];
  private final int[] order = new int[BLOCKS];

  private MixedBlocks(SplitMix64 random) {
    for (int i = 0; i < BLOCKS; i++) {
      sizes[i] = LEAST_BYTES + below(random, MOST_BYTES - LEAST_BYTES + 1);
      int other = below(random, i + 1);
      order[i] = order[other];
      order[other] = i;
    }
  }

  /** The blocks of a thread. */
  public static MixedBlocks ofThread(int thread) {
    return new MixedBlocks(SplitMix64.ofThread(SEED, thread));
  }

  private static int below(SplitMix64 random, int bound) {
    return (int) (((random.next() >>> 32) * bound) >>> 32);
  }

  /** The bytes of each block. */
  int[] sizes() {
    return sizes;
  }

  /** Each block once. */
  int[] order() {
    return order;
  }
}
