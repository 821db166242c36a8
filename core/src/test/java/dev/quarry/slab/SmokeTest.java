package dev.quarry.slab;

import static org.assertj.core.api.Assertions.assertThat;

import dev.quarry.kernel.Machine;
import dev.quarry.machine.Cpu;
import dev.quarry.machine.MachineSpecReader;
import dev.quarry.physical.Gfp;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A first use of the object allocator. */
class SmokeTest {
  @ParameterizedTest
  @ValueSource(strings = {"course", "older", "linux", "fine"})
  void runs(String geometry) {
    try (Machine machine =
        Machine.boot(
            MachineSpecReader.read(
                "t", "memory 0-64M\ncpus 0-1\nzone Normal\nkmalloc " + geometry))) {
      Cpu cpu = machine.cpu(0);
      SlabAllocator slab = machine.slab();
      Random random = new Random(1);
      List<Long> live = new ArrayList<>();
      List<Integer> sizes = new ArrayList<>();
      for (int i = 0; i < 200_000; i++) {
        if (random.nextInt(100) < 52 && live.size() < 5000) {
          int size = 8 + random.nextInt(4090);
          long o = slab.kmalloc(machine.cpu(random.nextInt(2)), size, Gfp.GFP_KERNEL);
          assertThat(o).isNotZero();
          assertThat(slab.ksize(o)).isGreaterThanOrEqualTo(size);
          slab.memory().putLong(o, i);
          slab.memory().putLong(o + size - 8, i);
          live.add(o);
          sizes.add(size);
        } else if (!live.isEmpty()) {
          int at = random.nextInt(live.size());
          long o = live.get(at);
          int size = sizes.get(at);
          if (size >= 16)
            assertThat(slab.memory().getLong(o)).isEqualTo(slab.memory().getLong(o + size - 8));
          assertThat(slab.kfree(machine.cpu(random.nextInt(2)), o)).isTrue();
          live.set(at, live.getLast());
          live.removeLast();
          sizes.set(at, sizes.getLast());
          sizes.removeLast();
        }
      }
      for (long o : live) {
        assertThat(slab.kfree(cpu, o)).isTrue();
      }
      assertThat(slab.kfree(cpu, live.getFirst())).isFalse();
      assertThat(slab.kfree(cpu, live.getFirst() + 8)).isFalse();
      long big = slab.kmalloc(cpu, 4 << 20, Gfp.GFP_KERNEL);
      assertThat(slab.kfree(cpu, big)).isTrue();
      assertThat(machine.invariants()).isEmpty();
    }
  }
}
