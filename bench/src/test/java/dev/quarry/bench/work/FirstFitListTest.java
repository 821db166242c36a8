package dev.quarry.bench.work;

import static org.assertj.core.api.Assertions.assertThat;

import dev.quarry.physical.Pfn;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** The list against a bit for each frame. */
class FirstFitListTest {
  private static final int FRAMES = 300;

  @Test
  void takesTheFirstThatFitsAndJoinsNeighbours() {
    long seed = System.nanoTime();
    Random random = new Random(seed);
    FirstFitList list = new FirstFitList(FRAMES);
    list.free(0, FRAMES);
    BitSet free = new BitSet();
    free.set(0, FRAMES);
    List<int[]> held = new ArrayList<>();
    for (int step = 0; step < 5_000; step++) {
      if (!held.isEmpty() && random.nextBoolean()) {
        int[] extent = held.remove(random.nextInt(held.size()));
        list.free(extent[0], extent[1]);
        free.set(extent[0], extent[0] + extent[1]);
      } else {
        int wanted = 1 + random.nextInt(12);
        int expected = firstFit(free, wanted);
        assertThat(list.allocate(wanted)).as("seed %d step %d", seed, step).isEqualTo(expected);
        if (expected != Pfn.NONE) {
          held.add(new int[] {expected, wanted});
          free.clear(expected, expected + wanted);
        }
      }
      assertThat(list.extents()).as("seed %d step %d", seed, step).isEqualTo(runs(free));
    }
  }

  @Test
  void freesManyInOnePass() {
    FirstFitList list = new FirstFitList(FRAMES);
    list.free(100, 50);
    list.freeAscending(new int[] {0, 2, 4, 99});
    assertThat(list.extents()).isEqualTo(4);
    assertThat(list.allocate(2)).isEqualTo(99);
    assertThat(list.allocate(1)).isZero();
    assertThat(list.allocate(1)).isEqualTo(2);
  }

  private static int firstFit(BitSet free, int wanted) {
    for (int at = free.nextSetBit(0); at >= 0; at = free.nextSetBit(free.nextClearBit(at))) {
      if (free.nextClearBit(at) - at >= wanted) {
        return at;
      }
    }
    return Pfn.NONE;
  }

  private static int runs(BitSet free) {
    int runs = 0;
    for (int at = free.nextSetBit(0); at >= 0; at = free.nextSetBit(free.nextClearBit(at))) {
      runs++;
    }
    return runs;
  }
}
