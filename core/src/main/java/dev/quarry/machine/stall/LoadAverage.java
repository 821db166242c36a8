package dev.quarry.machine.stall;

/**
 * The shares of time of one state over 10, 60 and 300 seconds: {@code calc_avgs}
 * (kernel/sched/psi.c), {@code calc_load}, {@code fixed_power_int} (kernel/sched/loadavg.c, 6.18).
 * Fixed point with 11 bits behind the point, so that a share of 1 % is 2048.
 *
 * <pre>
 *   average' = average * e + share * (1 - e)        e = exp(-2 s / window), in parts of 2048
 * </pre>
 */
final class LoadAverage {
  private static final int SHIFT = 11;
  private static final long ONE = 1 << SHIFT;

  /** EXP_10s, EXP_60s, EXP_300s. */
  private static final long[] EXP = {1677, 1981, 2034};

  private static final String[] NAMES = {"avg10", "avg60", "avg300"};
  private static final int PERCENT = 100;

  private final long[] averages = new long[EXP.length];

  /**
   * Another period is over.
   *
   * @param missed periods before it in which nothing happened
   * @param stalledNanos of the period
   * @param periodNanos its length
   */
  void add(long missed, long stalledNanos, long periodNanos) {
    long share = stalledNanos * PERCENT / periodNanos * ONE;
    for (int i = 0; i < EXP.length; i++) {
      if (missed > 0) {
        averages[i] = step(averages[i], power(EXP[i], missed), 0);
      }
      averages[i] = step(averages[i], EXP[i], share);
    }
  }

  private static long step(long average, long exp, long share) {
    long next = average * exp + share * (ONE - exp);
    if (share >= average) {
      next += ONE - 1; // rounds up while it grows, so that it gets there
    }
    return next / ONE;
  }

  /** A fixed-point number to a power, rounded at each multiplication. */
  private static long power(long base, long exponent) {
    long result = ONE;
    long square = base;
    for (long left = exponent; left > 0; left >>= 1) {
      if ((left & 1) != 0) {
        result = rounded(result * square);
      }
      square = rounded(square * square);
    }
    return result;
  }

  private static long rounded(long product) {
    return (product + (ONE >> 1)) >> SHIFT;
  }

  /** As in the file: {@code avg10=0.00 avg60=0.00 avg300=0.00}. */
  String text() {
    StringBuilder out = new StringBuilder();
    for (int i = 0; i < EXP.length; i++) {
      long hundredths = ((averages[i] & (ONE - 1)) * PERCENT) >> SHIFT;
      out.append(i == 0 ? "" : " ").append(NAMES[i]).append('=').append(averages[i] >> SHIFT);
      out.append(hundredths < 10 ? ".0" : ".").append(hundredths);
    }
    return out.toString();
  }
}
