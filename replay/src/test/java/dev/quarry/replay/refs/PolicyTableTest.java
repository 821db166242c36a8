package dev.quarry.replay.refs;

import static org.assertj.core.api.Assertions.assertThat;

import dev.quarry.machine.LruSpec;
import java.util.SplittableRandom;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** A policy misses what it must, and only what the trace touches comes to memory. */
class PolicyTableTest {
  private static final int PAGES = 400;
  private static final int TOUCHES = 40_000;

  /** Half of the touches go to an eighth of the pages; every second page is text. */
  private static Optimum trace(int distance) {
    SplittableRandom random = new SplittableRandom(11);
    Optimum trace = new Optimum();
    for (int i = 0; i < TOUCHES; i++) {
      int page = random.nextInt(random.nextBoolean() ? PAGES / 8 : PAGES);
      boolean text = page % 2 == 0;
      trace.touch((text ? 1 << 20 : 1 << 24) + (long) page / 2 * distance, text);
    }
    return trace;
  }

  @ParameterizedTest
  @EnumSource
  void withRoomForAllEachPageIsMissedOnce(LruSpec.Policy policy) {
    Optimum trace = trace(1);
    PolicyPlayer.Outcome outcome = PolicyPlayer.play(trace, policy, 2 * PAGES);
    assertThat(outcome.misses()).isEqualTo(PAGES);
    assertThat(outcome.memory()).isEqualTo(PAGES);
  }

  /** Between pages that are touched lie others of the file: they must not take the room. */
  @ParameterizedTest
  @EnumSource
  void nothingIsReadAround(LruSpec.Policy policy) {
    for (int distance : new int[] {1, 8}) {
      Optimum trace = trace(distance);
      PolicyPlayer.Outcome outcome = PolicyPlayer.play(trace, policy, PAGES / 2);
      assertThat(outcome.memory()).isBetween(PAGES / 2, PAGES / 2 + PAGES / 8);
      assertThat(outcome.misses())
          .isGreaterThanOrEqualTo(trace.optimum(outcome.memory()))
          .isLessThan(3 * trace.clock(outcome.memory()) / 2);
    }
  }
}
