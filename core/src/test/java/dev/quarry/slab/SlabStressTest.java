package dev.quarry.slab;

import static org.assertj.core.api.Assertions.assertThat;

import dev.quarry.kernel.Machine;
import dev.quarry.machine.Cpu;
import dev.quarry.physical.Gfp;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.Callable;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * Threads that each hold a CPU allocate, free, free what others allocated, drain and shrink. No
 * object may have two owners, and in the end nothing may be lost.
 */
class SlabStressTest {
  private static final int OPERATIONS = 60_000;
  private static final int GFP = Gfp.GFP_KERNEL | Gfp.NOWARN;

  @ParameterizedTest
  @CsvSource({"2, owned", "4, owned", "4, textbook"})
  void nothingIsLostBetweenThreads(int threads, String manner) throws Exception {
    try (Machine machine = SlabMachines.twoNodes("slab " + manner)) {
      SlabAllocator slab = machine.slab();
      KmemCache cache = slab.createCache(machine.cpu(0), CacheSpec.of("passed", 520));
      ConcurrentLinkedQueue<Long> passedOn = new ConcurrentLinkedQueue<>();
      try (ExecutorService pool = Executors.newFixedThreadPool(threads)) {
        List<Future<Void>> results = new ArrayList<>();
        for (int i = 0; i < threads; i++) {
          results.add(pool.submit(new Worker(machine, machine.cpu(i), cache, passedOn)));
        }
        for (Future<Void> result : results) {
          result.get();
        }
      }
      for (Long object = passedOn.poll(); object != null; object = passedOn.poll()) {
        assertThat(slab.kfree(machine.cpu(0), object)).isTrue();
      }
      assertThat(slab.misuses()).as("%s", machine.log().lines()).isZero();
      assertThat(machine.invariants()).isEmpty();
      assertThat(slab.destroyCache(machine.cpu(0), cache)).isEmpty();
      assertThat(slab.cache("kmalloc-64").orElseThrow().liveObjects()).isEmpty();
      assertThat(machine.invariants()).isEmpty();
    }
  }

  /** One thread with its CPU. An object's first 8 bytes say who has it. */
  private static final class Worker implements Callable<Void> {
    private final SlabAllocator slab;
    private final Cpu cpu;
    private final KmemCache cache;
    private final ConcurrentLinkedQueue<Long> passedOn;
    private final List<Long> own = new ArrayList<>();
    private final SplittableRandom random;

    Worker(Machine machine, Cpu cpu, KmemCache cache, ConcurrentLinkedQueue<Long> passedOn) {
      this.slab = machine.slab();
      this.cpu = cpu;
      this.cache = cache;
      this.passedOn = passedOn;
      this.random = new SplittableRandom(cpu.id());
    }

    @Override
    public Void call() {
      assertThat(cpu.hold()).isTrue();
      for (int i = 0; i < OPERATIONS; i++) {
        step(random.nextInt(1_000));
      }
      own.forEach(this::free);
      cpu.release();
      return null;
    }

    private void step(int dice) {
      if (dice < 500) {
        allocate(dice);
      } else if (dice < 750 && !own.isEmpty()) {
        passedOn.add(own.removeLast());
      } else if (dice < 900) {
        Long object = passedOn.poll();
        if (object != null) {
          free(object);
        }
      } else if (dice < 996 && !own.isEmpty()) {
        free(own.remove(random.nextInt(own.size())));
      } else if (dice == 996) {
        cache.shrink();
      } else if (dice == 997) {
        cache.maintenance().drainOn(cpu);
      } else if (dice == 998) {
        cache.statistics();
      }
    }

    private void allocate(int dice) {
      long object;
      if (dice % 4 == 0) {
        object = slab.kmalloc(cpu, dice % 300 + 8L, GFP);
      } else {
        object = dice % 31 == 0 ? cache.allocNode(cpu, GFP, dice % 2) : cache.alloc(cpu, GFP);
      }
      if (object != KmemCache.NULL) {
        slab.memory().putLong(object, object);
        own.add(object);
      }
    }

    private void free(long object) {
      if (slab.memory().getLong(object) != object) {
        throw new AssertionError("object 0x" + Long.toHexString(object) + " has two owners");
      }
      slab.memory().putLong(object, 0);
      if (!slab.kfree(cpu, object)) {
        throw new AssertionError("object 0x" + Long.toHexString(object) + " was not freed");
      }
    }
  }
}
