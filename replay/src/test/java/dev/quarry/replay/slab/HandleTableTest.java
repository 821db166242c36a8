package dev.quarry.replay.slab;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;

class HandleTableTest {
  private record Entry(long object, int origin) {}

  @Test
  void doesWhatAMapDoes() {
    long seed = 20;
    Random random = new Random(seed);
    HandleTable table = new HandleTable();
    Map<Long, Entry> model = new HashMap<>();
    List<Long> handles = new ArrayList<>();
    for (int step = 0; step < 200_000; step++) {
      long handle = (random.nextInt(step < 100_000 ? 20_000 : 500)) * 64L;
      int place = table.find(handle);
      Entry expected = model.get(handle);
      assertThat(place != HandleTable.NONE)
          .as("seed %d step %d", seed, step)
          .isEqualTo(expected != null);
      if (expected == null) {
        table.add(handle, step, step % 7);
        model.put(handle, new Entry(step, step % 7));
        handles.add(handle);
        continue;
      }
      assertThat(table.object(place)).isEqualTo(expected.object);
      assertThat(table.origin(place)).isEqualTo(expected.origin);
      if (random.nextBoolean()) {
        table.remove(place);
        model.remove(handle);
      } else {
        table.replace(place, -step, 3);
        model.put(handle, new Entry(-step, 3));
      }
    }
    assertThat(table.size()).isEqualTo(model.size());
    for (long handle : handles) {
      assertThat(table.find(handle) != HandleTable.NONE).isEqualTo(model.containsKey(handle));
    }
  }
}
