package dev.quarry.replay.play;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.HashMap;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class HandleMapTest {
  private static final long SEED = 20_261_126;
  private static final int STEPS = 200_000;

  /** Against a HashMap; among few handles each is used again, among many the table must grow. */
  @ParameterizedTest
  @ValueSource(ints = {100, 5_000_000, 1 << 30})
  void doesAsAMapDoes(int handles) {
    Random random = new Random(SEED);
    HandleMap map = new HandleMap();
    Map<Integer, Integer> model = new HashMap<>();
    for (int step = 0; step < STEPS; step++) {
      int handle = step % 3 == 0 ? random.nextInt(handles) : random.nextInt(100) * (handles / 100);
      if (random.nextBoolean()) {
        int pfn = random.nextInt(10) == 0 ? HandleMap.FAILED : random.nextInt(Integer.MAX_VALUE);
        map.put(handle, pfn);
        model.put(handle, pfn);
      } else {
        assertThat(map.remove(handle)).isEqualTo(orAbsent(model.remove(handle)));
      }
      int other = random.nextInt(handles);
      assertThat(map.get(other)).isEqualTo(model.getOrDefault(other, HandleMap.ABSENT));
    }
    assertThat(map.size()).isEqualTo(model.size());
    model.forEach((handle, pfn) -> assertThat(map.get(handle)).isEqualTo(pfn));
  }

  private static int orAbsent(Integer pfn) {
    return pfn == null ? HandleMap.ABSENT : pfn;
  }
}
