package dev.quarry.bench.work;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The workloads of RECLAIM and SWAP reclaim pages, again and again, and leave order. */
class ReclaimWorkTest {
  @ParameterizedTest
  @CsvSource({
    "file-pageout, 4096",
    "anon-pageout, 4096",
    "file-direct, 2048",
    "anon-direct, 2048",
    "file-kswapd, 256",
    "anon-kswapd, 256",
    "swap, 512",
    "thrash, 4096"
  })
  void pagesGoInEachPass(String workload, long fewest) {
    for (String lru : new String[] {"classic", "mglru"}) {
      try (ReclaimWork work = ReclaimWork.of(workload, lru)) {
        for (int pass = 0; pass < 3; pass++) {
          assertThat(work.pass()).as(lru).isPositive();
          assertThat(work.operations()).as(lru).isGreaterThanOrEqualTo(fewest);
        }
      }
    }
  }

  @Test
  void anUnknownWorkloadIsNamed() {
    assertThatThrownBy(() -> ReclaimWork.of("flood", "classic"))
        .hasMessage("there is no workload flood");
  }
}
