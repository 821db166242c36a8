package dev.quarry.reclaim;

import static org.assertj.core.api.Assertions.assertThat;

import dev.quarry.kernel.Machine;
import dev.quarry.kernel.Process;
import dev.quarry.machine.Cpu;
import dev.quarry.physical.Gfp;
import dev.quarry.physical.NodeStat;
import dev.quarry.slab.KmemCache;
import dev.quarry.slab.SlabAllocator;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Free slabs, whoever keeps them, go back before a process loses a page. */
class FreeSlabsTest {
  private static final int OBJECTS = 2000;
  private static final int BYTES = 256;
  private static final int PAGES = 4000;

  /** Allocates and frees objects; what the cache keeps of it. */
  private static KmemCache withFreeSlabs(Machine machine) {
    SlabAllocator slab = machine.slab();
    Cpu cpu = machine.cpu(0);
    long[] objects = new long[OBJECTS];
    for (int i = 0; i < OBJECTS; i++) {
      objects[i] = slab.kmalloc(cpu, BYTES, Gfp.GFP_KERNEL);
    }
    for (long object : objects) {
      assertThat(slab.kfree(cpu, object)).isTrue();
    }
    KmemCache cache = slab.cache("kmalloc-" + BYTES).orElseThrow();
    assertThat(cache.statistics().activeObjects()).isLessThan(OBJECTS / 2);
    assertThat(freeSlabs(cache)).isPositive();
    return cache;
  }

  private static long freeSlabs(KmemCache cache) {
    return cache.statistics().slabs() - cache.statistics().activeSlabs();
  }

  private static long slabPages(Machine machine) {
    return machine.memory().nodes().getFirst().stat(NodeStat.NR_SLAB_UNRECLAIMABLE);
  }

  @ParameterizedTest
  @ValueSource(strings = {"slab owned", "slab textbook"})
  void whenCachesAreDropped(String manner) {
    try (Machine machine = SmallMachine.boot(manner)) {
      machine.processes();
      KmemCache cache = withFreeSlabs(machine);
      long before = slabPages(machine);
      machine.reclaim().dropCaches(machine.cpu(0), 1);
      assertThat(freeSlabs(cache)).isPositive();
      machine.reclaim().dropCaches(machine.cpu(0), 2);
      assertThat(freeSlabs(cache)).isZero();
      assertThat(slabPages(machine)).isLessThan(before);
      assertThat(machine.invariants()).isEmpty();
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"slab owned", "slab textbook"})
  void whenMemoryRunsLow(String manner) {
    try (Machine machine = SmallMachine.boot(manner)) {
      Process process = SmallMachine.process(machine, PAGES);
      KmemCache cache = withFreeSlabs(machine);
      int touched = 0;
      while (freeSlabs(cache) > 0 && touched < PAGES) {
        process.store(machine.cpu(0), SmallMachine.AT + touched++ * SmallMachine.PAGE, 8, 1);
      }
      assertThat(touched).isBetween(PAGES / 2, PAGES - 1);
      assertThat(machine.reclaim().oom().isVictim(machine.cpu(0))).isFalse();
      assertThat(machine.invariants()).isEmpty();
    }
  }
}
