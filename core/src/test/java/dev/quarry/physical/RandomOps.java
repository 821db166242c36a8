package dev.quarry.physical;

import dev.quarry.kernel.Machine;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;

/** Draws sequences that fill a machine and empty it in turn, with every kind of step. */
final class RandomOps {
  private static final int[] MASKS = {
    Gfp.GFP_KERNEL,
    Gfp.GFP_KERNEL | Gfp.ZERO,
    Gfp.GFP_KERNEL | Gfp.RECLAIMABLE,
    Gfp.GFP_KERNEL | Gfp.NORETRY,
    Gfp.GFP_KERNEL | Gfp.MEMALLOC,
    Gfp.GFP_KERNEL | Gfp.DMA,
    Gfp.GFP_KERNEL | Gfp.DMA32,
    Gfp.GFP_USER | Gfp.COMP,
    Gfp.GFP_HIGHUSER | Gfp.ZERO,
    Gfp.GFP_HIGHUSER_MOVABLE,
    Gfp.GFP_HIGHUSER_MOVABLE | Gfp.COMP | Gfp.ZERO,
    Gfp.GFP_ATOMIC,
    Gfp.GFP_ATOMIC | Gfp.COMP,
    Gfp.GFP_ATOMIC | Gfp.NOMEMALLOC,
    Gfp.GFP_ATOMIC | Gfp.DMA32,
    Gfp.GFP_NOWAIT,
    Gfp.GFP_NOWAIT | Gfp.MOVABLE,
    Gfp.GFP_KERNEL | Gfp.THISNODE,
    Gfp.GFP_NOFS | Gfp.HIGH,
  };
  private static final int PHASE = 100;

  private final Random random;
  private final int cpus;
  private final int nodes;
  private final int maxOrder;
  private final int endPfn;

  RandomOps(long seed, Machine machine) {
    this.random = new Random(seed);
    this.cpus = machine.cpus().size();
    this.nodes = machine.memory().nodes().size();
    this.maxOrder = machine.spec().maxOrder();
    this.endPfn = machine.memory().map().endPfn();
  }

  List<Op> sequence(int count) {
    List<Op> ops = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      boolean filling = i / PHASE % 2 == 0;
      ops.add(random.nextInt(10) < (filling ? 7 : 3) ? taking() : giving());
    }
    return ops;
  }

  private Op taking() {
    int cpu = random.nextInt(cpus);
    int gfp = MASKS[random.nextInt(MASKS.length)] | Gfp.NOWARN;
    return switch (random.nextInt(12)) {
      case 0 -> new Op.Bulk(cpu, 1 + random.nextInt(200), gfp);
      case 1 -> new Op.Exact(cpu, 1 + random.nextInt(1 << maxOrder), gfp);
      default -> {
        int order = Math.min(random.nextInt(maxOrder + 1), random.nextInt(maxOrder + 1));
        boolean anywhere = random.nextInt(4) > 0;
        long mask = anywhere ? Request.ALL_NODES : 1 + random.nextInt((1 << nodes) - 1);
        yield new Op.Alloc(cpu, random.nextInt(nodes), mask, order, gfp);
      }
    };
  }

  private Op giving() {
    int cpu = random.nextInt(cpus);
    int victim = random.nextInt(1 << 20);
    return switch (random.nextInt(24)) {
      case 0 -> new Op.Get(victim);
      case 1 -> new Op.Split(victim, random.nextInt(maxOrder + 1));
      case 2, 3, 4 -> new Op.Lru(victim);
      case 5 -> new Op.WildFree(cpu, random.nextInt(endPfn), random.nextInt(maxOrder + 1));
      case 6 -> new Op.Drain();
      case 7 -> new Op.Decay(cpu);
      default -> new Op.Free(cpu, victim);
    };
  }
}
