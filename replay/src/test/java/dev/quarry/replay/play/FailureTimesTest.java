package dev.quarry.replay.play;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** Failures over time, against the plain list of them. */
class FailureTimesTest {
  private record Failure(long micros, int order, String reason) {}

  @Test
  void everyFailureStandsInItsStretchHoweverOftenTheStretchesDoubled() {
    long seed = 7;
    Random random = new Random(seed);
    for (int round = 0; round < 40; round++) {
      long end = 1L << random.nextInt(36);
      List<Failure> failures = new ArrayList<>();
      FailureTimes times = new FailureTimes();
      for (int i = 0; i < 200; i++) {
        Failure failure =
            new Failure(random.nextLong(end), random.nextInt(3), "reason " + random.nextInt(3));
        failures.add(failure);
        times.add(failure.micros, failure.order, failure.reason);
      }
      sameAsList(times, failures, "seed " + seed + ", round " + round);
    }
  }

  private static void sameAsList(FailureTimes times, List<Failure> failures, String when) {
    long counted = 0;
    for (FailureTimes.Row row : times.rows()) {
      assertThat(row.counts()).as(when).hasSize(FailureTimes.MOST_STRETCHES);
      long[] expected = new long[FailureTimes.MOST_STRETCHES];
      for (Failure failure : failures) {
        if (failure.order == row.order() && failure.reason.equals(row.reason())) {
          expected[(int) (failure.micros / times.stepMicros())]++;
        }
      }
      for (int i = 0; i < expected.length; i++) {
        assertThat(row.counts().get(i)).as(when + ", stretch " + i).isEqualTo(expected[i]);
        counted += row.counts().get(i);
      }
    }
    assertThat(counted).as(when).isEqualTo(failures.size());
  }

  @Test
  void anyNumberOfReasonsTakesBoundedMemoryAndLosesNone() {
    FailureTimes times = new FailureTimes();
    int failures = 10_000;
    for (int i = 0; i < failures; i++) {
      times.add(i, i % 11, "reason " + i);
    }
    assertThat(times.rows().size()).isLessThan(300);
    long counted = 0;
    for (FailureTimes.Row row : times.rows()) {
      counted += row.counts().stream().mapToLong(Long::longValue).sum();
    }
    assertThat(counted).isEqualTo(failures);
  }
}
