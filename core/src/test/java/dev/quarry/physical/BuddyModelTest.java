package dev.quarry.physical;

import static org.assertj.core.api.Assertions.assertThat;

import dev.quarry.kernel.Machine;
import dev.quarry.machine.Cpu;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.List;
import java.util.Random;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Random requests and frees against a model: a bit for each held frame. After each step the blocks
 * must not overlap, and the machine's own invariants must hold; at the end, everything given back,
 * memory must be whole again. A failing sequence is shrunk and printed with its seed.
 */
class BuddyModelTest {
  private static final int[] FLAGS = {
    Gfp.GFP_KERNEL,
    Gfp.GFP_ATOMIC,
    Gfp.GFP_HIGHUSER_MOVABLE,
    Gfp.GFP_KERNEL | Gfp.RECLAIMABLE,
    Gfp.GFP_USER | Gfp.COMP,
    Gfp.GFP_NOWAIT,
    Gfp.GFP_KERNEL | Gfp.MEMALLOC,
  };

  /** Allocate {@code order} with {@code gfp} on {@code cpu}, or free the victim-th held block. */
  private record Step(boolean alloc, int cpu, int order, int gfp, int victim) {}

  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3, 4, 5, 6, 7, 8})
  void randomStepsKeepEveryInvariant(long seed) {
    boolean percpu = seed % 2 == 0;
    List<Step> steps = randomSteps(new Random(seed), 400);
    String failure = run(steps, percpu);
    if (failure != null) {
      List<Step> shrunk = shrink(steps, percpu);
      throw new AssertionError(
          "seed " + seed + ", " + shrunk.size() + " steps: " + run(shrunk, percpu) + "\n" + shrunk);
    }
  }

  private static List<Step> randomSteps(Random random, int count) {
    List<Step> steps = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      boolean filling = (i / 100) % 2 == 0;
      boolean alloc = random.nextInt(10) < (filling ? 7 : 3);
      int order = Math.min(random.nextInt(11), random.nextInt(11));
      steps.add(
          new Step(
              alloc,
              random.nextInt(2),
              order,
              FLAGS[random.nextInt(FLAGS.length)] | Gfp.NOWARN,
              random.nextInt(1 << 20)));
    }
    return steps;
  }

  /** Runs the steps; returns what went wrong, or null. */
  private static @Nullable String run(List<Step> steps, boolean percpu) {
    var spec = TestMachines.threeZones(percpu);
    try (Machine machine = Machine.boot(spec)) {
      return new Run(machine).all(steps);
    }
  }

  private static List<Step> shrink(List<Step> failing, boolean percpu) {
    List<Step> steps = failing;
    for (int chunk = steps.size() / 2; chunk > 0; chunk /= 2) {
      for (int from = 0; from + chunk <= steps.size(); ) {
        List<Step> fewer = new ArrayList<>(steps.subList(0, from));
        fewer.addAll(steps.subList(from + chunk, steps.size()));
        if (run(fewer, percpu) != null) {
          steps = fewer;
        } else {
          from += chunk;
        }
      }
    }
    return steps;
  }

  private static final class Run {
    private final Machine machine;
    private final BitSet held = new BitSet();
    private final TreeMap<Integer, Integer> blocks = new TreeMap<>();
    private final long freeAtBoot;

    Run(Machine machine) {
      this.machine = machine;
      this.freeAtBoot = machine.memory().zones().stream().mapToLong(Zone::freePages).sum();
    }

    @Nullable String all(List<Step> steps) {
      for (int i = 0; i < steps.size(); i++) {
        String failure = steps.get(i).alloc ? alloc(steps.get(i)) : free(steps.get(i));
        List<String> broken = failure == null ? machine.invariants() : List.of(failure);
        if (!broken.isEmpty()) {
          return "step " + i + " " + steps.get(i) + ": " + broken;
        }
      }
      return giveAllBack();
    }

    private @Nullable String alloc(Step step) {
      Cpu cpu = machine.cpu(step.cpu);
      int pfn = machine.allocator().allocPages(cpu, step.gfp, step.order);
      if (pfn == Pfn.NONE) {
        return null;
      }
      int pages = 1 << step.order;
      if (held.nextSetBit(pfn) >= 0 && held.nextSetBit(pfn) < pfn + pages) {
        return "frame " + held.nextSetBit(pfn) + " was given away twice";
      }
      if (pfn % pages != 0) {
        return "frame " + pfn + " is not aligned to order " + step.order;
      }
      held.set(pfn, pfn + pages);
      blocks.put(pfn, step.order);
      return null;
    }

    private @Nullable String free(Step step) {
      if (blocks.isEmpty()) {
        return null;
      }
      int pfn = new ArrayList<>(blocks.keySet()).get(step.victim % blocks.size());
      return freeBlock(machine.cpu(step.cpu), pfn);
    }

    private @Nullable String freeBlock(Cpu cpu, int pfn) {
      int order = blocks.remove(pfn);
      held.clear(pfn, pfn + (1 << order));
      boolean freed = machine.allocator().freePages(cpu, pfn, order);
      return freed ? null : "freeing frame " + pfn + ": " + machine.log().lines();
    }

    private @Nullable String giveAllBack() {
      for (int pfn : List.copyOf(blocks.keySet())) {
        String failure = freeBlock(machine.cpu(0), pfn);
        if (failure != null) {
          return failure;
        }
      }
      machine.allocator().drainAllPages();
      List<String> broken = machine.invariants();
      long free = machine.memory().zones().stream().mapToLong(Zone::freePages).sum();
      if (broken.isEmpty() && free != freeAtBoot) {
        return free + " pages free at the end, " + freeAtBoot + " at boot";
      }
      return broken.isEmpty() ? null : broken.toString();
    }
  }

  @org.junit.jupiter.api.Test
  void aFailureIsFoundAndShrunk() {
    // The shrinker must be able to fail: a step that frees nothing is dropped, a bad one is kept.
    Step bad = new Step(true, 0, 99, Gfp.GFP_KERNEL, 0);
    Step good = new Step(true, 0, 0, Gfp.GFP_KERNEL, 0);
    org.assertj.core.api.Assertions.assertThatThrownBy(() -> run(List.of(good, bad), false))
        .hasMessageContaining("order 99 is above the machine's largest order 10");
    assertThat(run(List.of(good, good), false)).isNull();
  }
}
