package dev.quarry.bench.work;

/**
 * The generator that drives the workloads, here and in {@code allocbench.c}: SplitMix64 of Steele,
 * Lea and Flood (2014), chosen because it is three lines in either language.
 */
public final class SplitMix64 {
  private static final long GAMMA = 0x9E37_79B9_7F4A_7C15L;

  private long state;

  private SplitMix64(long state) {
    this.state = state;
  }

  /** The generator of one thread; threads of one seed get sequences that do not overlap. */
  public static SplitMix64 ofThread(long seed, int thread) {
    return new SplitMix64(mix(seed + thread));
  }

  /** The next 64 bits. */
  public long next() {
    state += GAMMA;
    return mix(state);
  }

  private static long mix(long value) {
    long z = (value ^ (value >>> 30)) * 0xBF58_476D_1CE4_E5B9L;
    z = (z ^ (z >>> 27)) * 0x94D0_49BB_1331_11EBL;
    return z ^ (z >>> 31);
  }
}
