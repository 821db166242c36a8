package dev.quarry.replay.read;

import java.math.BigDecimal;
import java.math.RoundingMode;

/**
 * The time for which a recording is complete, in microseconds of the recorded machine's clock: an
 * event counts if it lies strictly between the two ends.
 *
 * @param startMicros rounded down
 * @param endMicros rounded up
 */
public record Interval(long startMicros, long endMicros) {
  /** Every time, for a recording that does not say. */
  public static final Interval ALL = new Interval(Long.MIN_VALUE, Long.MAX_VALUE);

  /** From two times in seconds, as {@code meta.json} has them. */
  public static Interval ofSeconds(double start, double end) {
    return new Interval(micros(start, RoundingMode.FLOOR), micros(end, RoundingMode.CEILING));
  }

  private static long micros(double seconds, RoundingMode mode) {
    return BigDecimal.valueOf(seconds).movePointRight(6).setScale(0, mode).longValue();
  }

  /** Whether an event at this time counts. */
  public boolean contains(long micros) {
    return micros > startMicros && micros < endMicros;
  }

  /** Length in microseconds. */
  public long lengthMicros() {
    return endMicros - startMicros;
  }
}
