package dev.quarry.replay.refs;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Stack distances in one pass against a list that is searched. */
class StackDistancesTest {
  @ParameterizedTest
  @CsvSource({"1,3", "2,40", "3,3000", "4,1"})
  void agreesWithALruList(long seed, int pages) {
    Random random = new Random(seed);
    StackDistances distances = new StackDistances();
    List<Long> stack = new ArrayList<>(); // the page used last first
    long[] misses = new long[pages + 1];
    long references = 0;
    for (int i = 0; i < 20_000; i++) {
      long page = (long) Math.abs(random.nextGaussian() * pages / 3) % pages;
      int times = 1 + random.nextInt(3);
      distances.touch(page, times);
      references += times;
      int at = stack.indexOf(page);
      int distance = at < 0 ? pages + 1 : at + 1;
      for (int size = 0; size <= pages; size++) {
        misses[size] += (distance > size ? 1 : 0) + (size == 0 ? times - 1 : 0);
      }
      if (at >= 0) {
        stack.remove(at);
      }
      stack.addFirst(page);
    }
    MissRatioCurve curve = distances.curve();
    assertThat(curve.references()).isEqualTo(references);
    assertThat(curve.pages()).isEqualTo(stack.size());
    long[] got = curve.misses();
    for (int size = 0; size <= stack.size(); size++) {
      assertThat(got[size]).as("seed %d, %d pages", seed, size).isEqualTo(misses[size]);
    }
  }

  @Test
  void aCurveHasItsEnds() {
    StackDistances distances = RefReplay.distances(RefFiles.read("L 1000 8\nL 2ffc 8\n"), n -> {});
    MissRatioCurve curve = distances.curve();
    assertThat(curve.references()).as("a load that crosses a page touches both").isEqualTo(3);
    assertThat(curve.misses()).containsExactly(3, 3, 3, 3);
    assertThat(new StackDistances().curve().points()).isEmpty();
  }
}
