package dev.quarry.bench.work;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The workloads of V1 to V4 do what they say, and leave a machine that is in order. */
class SpaceWorkTest {
  @ParameterizedTest
  @ValueSource(
      strings = {
        "zero",
        "fault",
        "first",
        "map",
        "protect",
        "protect-used",
        "fork",
        "cow",
        "reuse"
      })
  void runsAgainAndAgain(String workload) {
    try (SpaceWork work = SpaceWork.of(workload)) {
      assertThat(work.pass()).isPositive();
      assertThat(work.pass()).isPositive();
      assertThat(work.operations()).isPositive();
    }
  }

  @Test
  void anUnknownWorkloadIsNamed() {
    assertThatThrownBy(() -> SpaceWork.of("flood")).hasMessage("there is no workload flood");
  }
}
