package dev.quarry.slab;

import dev.quarry.kernel.Machine;
import dev.quarry.physical.Gfp;
import dev.quarry.physical.Shrink;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Random sequences against the model; a failure prints its seed and the shortest sequence. */
class SlabModelTest {
  private static final int OPS = 2_500;
  private static final int PHASE = 200;
  private static final int[] MASKS = {
    Gfp.GFP_KERNEL,
    Gfp.GFP_KERNEL,
    Gfp.GFP_KERNEL | Gfp.ZERO,
    Gfp.GFP_ATOMIC,
    Gfp.GFP_KERNEL | Gfp.RECLAIMABLE,
    Gfp.GFP_KERNEL | Gfp.THISNODE
  };

  private static Machine machine(String geometry, String manner, String debug) {
    return SlabMachines.twoNodes("kmalloc " + geometry, "slab " + manner, "slab_debug " + debug);
  }

  @ParameterizedTest
  @CsvSource({
    "1, course, owned, -",
    "2, fine, owned, -",
    "3, older, owned, -",
    "4, linux, textbook, -",
    "5, course, textbook, -",
    "6, course, owned, FZPU",
    "7, fine, textbook, 'ZP,kmalloc-*'"
  })
  void sequencesKeepTheModel(long seed, String geometry, String manner, String debug) {
    List<SlabOp> ops = sequence(seed);
    String wrong = run(geometry, manner, debug, ops);
    if (wrong != null) {
      List<SlabOp> least = Shrink.shrink(ops, fewer -> run(geometry, manner, debug, fewer) != null);
      throw new AssertionError(
          "seed " + seed + ": " + run(geometry, manner, debug, least) + "\n" + least);
    }
  }

  private static @org.jspecify.annotations.Nullable String run(
      String geometry, String manner, String debug, List<SlabOp> ops) {
    try (Machine machine = machine(geometry, manner, debug)) {
      return new SlabRun(machine).all(ops);
    }
  }

  private static List<SlabOp> sequence(long seed) {
    Random random = new Random(seed);
    List<SlabOp> ops = new ArrayList<>();
    for (int i = 0; i < OPS; i++) {
      boolean filling = i / PHASE % 2 == 0;
      ops.add(random.nextInt(10) < (filling ? 7 : 3) ? taking(random) : giving(random));
    }
    return ops;
  }

  private static SlabOp taking(Random random) {
    int cpu = random.nextInt(4);
    int gfp = MASKS[random.nextInt(MASKS.length)] | Gfp.NOWARN;
    int cache = random.nextInt(SlabRun.cacheCount());
    return switch (random.nextInt(8)) {
      case 0 -> new SlabOp.Bulk(cpu, cache, random.nextInt(60));
      case 1, 2, 3 -> {
        int named = gfp & ~Gfp.RECLAIMABLE;
        yield new SlabOp.Alloc(cpu, cache, random.nextInt(2), named);
      }
      case 4 -> new SlabOp.Kmalloc(cpu, random.nextInt(200_000), gfp);
      default -> new SlabOp.Kmalloc(cpu, random.nextInt(3_000), gfp);
    };
  }

  private static SlabOp giving(Random random) {
    int cpu = random.nextInt(4);
    int victim = random.nextInt(1 << 20);
    int cache = random.nextInt(SlabRun.cacheCount());
    return switch (random.nextInt(40)) {
      case 0 -> new SlabOp.Recreate(cpu, cache);
      case 1 -> new SlabOp.Shrink(cache);
      case 2 -> new SlabOp.Drain(cpu);
      case 3 -> new SlabOp.Tune(cache, 1 + random.nextInt(30));
      case 4 -> new SlabOp.GracePeriod(cpu);
      case 5, 6 -> new SlabOp.WildFree(cpu, victim, random.nextInt(8192) - 4096);
      case 7, 8 -> new SlabOp.Realloc(cpu, victim, random.nextInt(6_000));
      default -> new SlabOp.Free(cpu, victim);
    };
  }
}
