package dev.quarry.cli;

import dev.quarry.kernel.Machine;
import dev.quarry.machine.Cpu;
import dev.quarry.physical.Gfp;
import dev.quarry.physical.Pfn;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;

/** Random requests and frees on all CPUs of a machine, its invariants checked again and again. */
final class RandomWork {
  private static final int[] FLAGS = {
    Gfp.GFP_KERNEL, Gfp.GFP_ATOMIC, Gfp.GFP_HIGHUSER_MOVABLE, Gfp.GFP_KERNEL | Gfp.RECLAIMABLE,
  };
  private static final int CHECKS = 20;
  private static final int PERCENT_REQUESTS = 55;

  private final Machine machine;
  private final Random random;
  private final List<Block> held = new ArrayList<>();
  private long requests;
  private long failed;
  private long frees;

  private record Block(int pfn, int order) {}

  RandomWork(Machine machine, long seed) {
    this.machine = machine;
    this.random = new Random(seed);
  }

  /** Does the steps, gives everything back, and returns what is broken by then. */
  List<String> run(long steps) {
    long every = Math.max(1, steps / CHECKS);
    for (long step = 1; step <= steps; step++) {
      step();
      if (step % every == 0) {
        List<String> broken = machine.invariants();
        if (!broken.isEmpty()) {
          return broken;
        }
      }
    }
    for (Block block : held) {
      free(machine.cpu(0), block);
    }
    machine.allocator().drainAllPages();
    return machine.invariants();
  }

  private void step() {
    Cpu cpu = machine.cpu(random.nextInt(machine.cpus().size()));
    if (!held.isEmpty() && random.nextInt(100) >= PERCENT_REQUESTS) {
      free(cpu, held.remove(random.nextInt(held.size())));
      return;
    }
    int largest = machine.spec().maxOrder();
    int order = Math.min(random.nextInt(largest + 1), random.nextInt(largest + 1));
    int gfp = FLAGS[random.nextInt(FLAGS.length)] | Gfp.NOWARN;
    int pfn = machine.allocator().allocPages(cpu, gfp, order);
    requests++;
    if (pfn == Pfn.NONE) {
      failed++;
    } else {
      held.add(new Block(pfn, order));
    }
  }

  private void free(Cpu cpu, Block block) {
    machine.allocator().freePages(cpu, block.pfn, block.order);
    frees++;
  }

  long requests() {
    return requests;
  }

  long failed() {
    return failed;
  }

  long frees() {
    return frees;
  }
}
