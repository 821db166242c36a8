package dev.quarry.slab;

import static org.assertj.core.api.Assertions.assertThat;

import dev.quarry.kernel.Machine;
import dev.quarry.machine.Cpu;
import dev.quarry.physical.Gfp;
import dev.quarry.physical.Pfn;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * The memory ends at each allocation of pages under a scenario in turn, comes back, and the
 * scenario goes on: every request gets an answer, and in the end everything adds up.
 */
class SlabFaultTest {
  private static final int GFP = Gfp.GFP_KERNEL | Gfp.NOWARN;

  @ParameterizedTest
  @ValueSource(strings = {"owned", "textbook"})
  void everyAllocationOfPagesFailsOnce(String manner) {
    int failures = 0;
    for (int pages = 0; pages < 40; pages++) {
      try (Machine machine = SlabMachines.small("slab " + manner, "percpu no")) {
        failures += run(machine, pages) ? 1 : 0;
      }
    }
    assertThat(failures).as("the scenario needs fewer pages than were left").isBetween(12, 38);
  }

  /** Plays the scenario with so many pages left; returns whether something failed. */
  private static boolean run(Machine machine, int pages) {
    Cpu cpu = machine.cpu(0);
    SlabAllocator slab = machine.slab();
    List<Integer> hog = new ArrayList<>();
    for (int pfn = page(machine); pfn != Pfn.NONE; pfn = page(machine)) {
      hog.add(pfn);
    }
    for (int i = 0; i < pages; i++) {
      machine.allocator().freePage(cpu, hog.removeLast());
    }
    List<Long> got = new ArrayList<>();
    boolean failed = false;
    KmemCache cache = null;
    for (int step = 0; step < 60; step++) {
      boolean answered;
      if (cache == null) {
        cache = create(slab, cpu);
        answered = cache != null;
      } else {
        answered = add(got, request(slab, cache, machine.cpu(step % 2), step));
      }
      if (!answered && !failed) {
        failed = true;
        assertThat(machine.invariants()).isEmpty();
        hog.forEach(pfn -> machine.allocator().freePage(cpu, pfn));
        hog.clear();
      } else {
        assertThat(answered || cache == null).as("step %d after memory came back", step).isTrue();
      }
    }
    assertThat(machine.invariants()).isEmpty();
    got.forEach(object -> assertThat(slab.kfree(cpu, object)).isTrue());
    if (cache != null) {
      assertThat(slab.destroyCache(cpu, cache)).isEmpty();
    }
    assertThat(slab.misuses()).isZero();
    assertThat(machine.invariants()).isEmpty();
    return failed;
  }

  private static @org.jspecify.annotations.Nullable KmemCache create(SlabAllocator slab, Cpu cpu) {
    try {
      return slab.createCache(
          cpu,
          CacheSpec.of("built", 1500)
              .constructedBy(
                  (on, object) -> slab.memory().putLong(object, slab.kmalloc(on, 700, GFP)))
              .destroyedBy((on, object) -> slab.kfree(on, slab.memory().getLong(object))));
    } catch (CacheException e) {
      assertThat(e).hasMessageContaining("no memory for its");
      return null;
    }
  }

  private static long request(SlabAllocator slab, KmemCache cache, Cpu cpu, int step) {
    return switch (step % 6) {
      case 0 -> slab.kmalloc(cpu, 2048, GFP);
      case 1 -> slab.kmalloc(cpu, 96, Gfp.GFP_ATOMIC | Gfp.NOWARN);
      case 2 -> slab.kzalloc(cpu, 1024, GFP);
      case 3 -> slab.kstrdup(cpu, "a name that takes more than thirty-two bytes", GFP);
      default -> cache.alloc(cpu, GFP);
    };
  }

  private static boolean add(List<Long> got, long object) {
    if (object != KmemCache.NULL) {
      got.add(object);
    }
    return object != KmemCache.NULL;
  }

  private static int page(Machine machine) {
    return machine.allocator().allocPage(machine.cpu(0), GFP | Gfp.MEMALLOC);
  }
}
