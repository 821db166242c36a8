package dev.quarry.check;

/**
 * The numbers of one step, by SplitMix64: they depend on the seed, the worker and the step's number
 * and on nothing that was drawn before.
 */
final class Draw {
  private static final long GOLDEN = 0x9E37_79B9_7F4A_7C15L;
  private static final int WORKER_SHIFT = 56;

  private final long seed;
  private final long worker;
  private long state;

  Draw(long seed, int worker) {
    this.seed = mix(seed + GOLDEN);
    this.worker = (long) worker << WORKER_SHIFT;
  }

  private static long mix(long value) {
    long z = (value ^ (value >>> 30)) * 0xBF58_476D_1CE4_E5B9L;
    z = (z ^ (z >>> 27)) * 0x94D0_49BB_1331_11EBL;
    return z ^ (z >>> 31);
  }

  /** Begins with the numbers of a step. */
  void step(long number) {
    state = mix(seed ^ mix(worker | number));
  }

  long next() {
    state += GOLDEN;
    return mix(state);
  }

  /** From 0 to one below. */
  int below(int bound) {
    return (int) ((next() >>> 33) % bound);
  }

  boolean oneIn(int many) {
    return below(many) == 0;
  }

  <T> T of(T[] all) {
    return all[below(all.length)];
  }
}
