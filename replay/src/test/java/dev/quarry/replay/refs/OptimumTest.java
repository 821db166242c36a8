package dev.quarry.replay.refs;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.HashMap;
import java.util.Map;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

/** The optimum against all choices that there are, CLOCK against one played by hand. */
class OptimumTest {
  /** The fewest misses from a touch on, by trying each page that could go. */
  private static int fewest(
      int[] trace, int at, int inMemory, int frames, Map<Long, Integer> known) {
    if (at == trace.length) {
      return 0;
    }
    int page = 1 << trace[at];
    if ((inMemory & page) != 0) {
      return fewest(trace, at + 1, inMemory, frames, known);
    }
    long key = (long) at << Integer.SIZE | inMemory;
    Integer before = known.get(key);
    if (before != null) {
      return before;
    }
    int best = Integer.MAX_VALUE;
    if (Integer.bitCount(inMemory) < frames) {
      best = fewest(trace, at + 1, inMemory | page, frames, known);
    } else {
      for (int goes = inMemory; goes != 0; goes &= goes - 1) {
        int left = inMemory & ~Integer.lowestOneBit(goes);
        best = Math.min(best, fewest(trace, at + 1, left | page, frames, known));
      }
    }
    known.put(key, best + 1);
    return best + 1;
  }

  @Test
  void noChoiceMissesLess() {
    long seed = 4;
    SplittableRandom random = new SplittableRandom(seed);
    for (int round = 0; round < 300; round++) {
      int pages = 2 + random.nextInt(6);
      int[] trace = random.ints(30, 0, pages).toArray();
      Optimum optimum = new Optimum();
      for (int page : trace) {
        optimum.touch(page + 1000, false);
      }
      long lru = Long.MAX_VALUE;
      for (int frames = 1; frames <= pages; frames++) {
        long misses = optimum.optimum(frames);
        assertThat(misses)
            .as("seed %d round %d, %d frames", seed, round, frames)
            .isEqualTo(fewest(trace, 0, 0, frames, new HashMap<>()))
            .isLessThanOrEqualTo(lru);
        assertThat(optimum.clock(frames)).isGreaterThanOrEqualTo(misses);
        lru = misses;
      }
      assertThat(optimum.clock(pages)).isEqualTo(optimum.pages());
    }
  }

  /**
   * 1 2 3 fill three frames; 4 finds all used, goes round and replaces 1; then 2 has been marked.
   */
  @Test
  void theHandPassesWhatWasUsed() {
    Optimum trace = new Optimum();
    for (int page : new int[] {1, 2, 3, 4, 2, 5, 2, 1}) {
      trace.touch(page, false);
    }
    // 4 for 1; 2 used; 5: the hand is at 2, marks it unused, 3 goes; 2 hits; 1: at 4's frame...
    assertThat(trace.clock(3)).isEqualTo(6);
    assertThat(trace.optimum(3)).isEqualTo(5); // 4 replaces 3, 5 replaces 4
  }
}
