package dev.quarry.replay.play;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * How many requests failed in each stretch of recorded time, by order and reason. All are counted;
 * the stretches, at most {@link #MOST_STRETCHES}, double as the recording goes on.
 *
 * <p>Equation: {@code sum over rows and stretches == failures}.
 */
public final class FailureTimes {
  /** The most stretches of time that are told apart. */
  public static final int MOST_STRETCHES = 240;

  /** From so many rows on, new reasons are counted as one. */
  private static final int MOST_ROWS = 256;

  private static final long FIRST_STEP_MICROS = 1_000;
  private static final Comparator<Key> BY_ORDER =
      Comparator.comparingInt(Key::order).thenComparing(Key::reason);

  private final Map<Key, long[]> rows = new TreeMap<>(BY_ORDER);
  private long stepMicros = FIRST_STEP_MICROS;

  private record Key(int order, String reason) {}

  /**
   * The failures of an order for a reason.
   *
   * @param counts by stretch of time, from the first event on
   */
  public record Row(int order, String reason, List<Long> counts) {
    public Row {
      counts = List.copyOf(counts);
    }
  }

  FailureTimes() {}

  void add(long micros, int order, String reason) {
    long since = Math.max(0, micros);
    while (since / stepMicros >= MOST_STRETCHES) {
      halve();
    }
    Key key = new Key(order, reason);
    if (!rows.containsKey(key) && rows.size() >= MOST_ROWS) {
      key = new Key(order, Failures.OTHER);
    }
    rows.computeIfAbsent(key, _ -> new long[MOST_STRETCHES])[(int) (since / stepMicros)]++;
  }

  private void halve() {
    for (long[] counts : rows.values()) {
      for (int i = 0; i < MOST_STRETCHES; i++) {
        int first = 2 * i;
        counts[i] = first < MOST_STRETCHES ? counts[first] + counts[first + 1] : 0;
      }
    }
    stepMicros *= 2;
  }

  /** How long a stretch is. */
  public long stepMicros() {
    return stepMicros;
  }

  /** By order, then by reason. */
  public List<Row> rows() {
    List<Row> list = new ArrayList<>();
    rows.forEach((key, counts) -> {
      List<Long> boxed = new ArrayList<>();
      for (long count : counts) {
        boxed.add(count);
      }
      list.add(new Row(key.order(), key.reason(), boxed));
    });
    return list;
  }
}
