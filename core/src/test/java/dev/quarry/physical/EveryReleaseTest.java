package dev.quarry.physical;

import static org.assertj.core.api.Assertions.assertThat;

import dev.quarry.kernel.Machine;
import dev.quarry.machine.Cpu;
import dev.quarry.machine.MachineSpecReader;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Machines of all times serve requests until memory is out, say so, and lose nothing. */
class EveryReleaseTest {
  private static final long SEED = 26_618;

  private record Block(int pfn, int order) {}

  @ParameterizedTest
  @CsvSource({
    "2.6.18, 0x20(GFP_ATOMIC)",
    "2.6.24, 0x20(GFP_ATOMIC)",
    "3.10, 0x20(GFP_ATOMIC)",
    "4.4, 0x2080020(GFP_ATOMIC)",
    "4.9, 0x2080020(GFP_ATOMIC)",
    "4.14, 0x1080020(GFP_ATOMIC)",
    "5.0, 0x480020(GFP_ATOMIC)",
    "5.8, 0xa20(GFP_ATOMIC)",
    "5.15, 0xa20(GFP_ATOMIC)",
    "6.2, 0xa20(GFP_ATOMIC)",
    "6.6, 0x820(GFP_ATOMIC)",
    "6.12, 0x820(GFP_ATOMIC)",
    "6.19, 0x820(GFP_ATOMIC)",
  })
  void servesUntilMemoryIsOut(String release, String mode) {
    String spec = "memory 0-64M\nzone DMA below=16M\nzone Normal\ncpus 0-1\nrelease " + release;
    try (Machine machine = Machine.boot(MachineSpecReader.read("test", spec))) {
      long before = free(machine);
      Deque<Block> held = new ArrayDeque<>();
      run(machine, held);
      exhaust(machine, held);
      assertThat(machine.log().lines())
          .as("%s, seed %d", release, SEED)
          .anyMatch(line -> line.contains("order:0, mode:" + mode));
      for (Block block : held) {
        assertThat(machine.allocator().freePages(machine.cpu(1), block.pfn, block.order)).isTrue();
      }
      machine.allocator().drainAllPages();
      assertThat(machine.invariants()).as("%s, seed %d", release, SEED).isEmpty();
      assertThat(free(machine)).isEqualTo(before);
    }
  }

  private static long free(Machine machine) {
    machine.allocator().drainAllPages();
    return machine.memory().zones().stream().mapToLong(Zone::freePages).sum();
  }

  private static void run(Machine machine, Deque<Block> held) {
    Random random = new Random(SEED);
    List<Integer> masks =
        List.of(
            Gfp.GFP_KERNEL,
            Gfp.GFP_HIGHUSER_MOVABLE,
            Gfp.GFP_KERNEL | Gfp.RECLAIMABLE,
            Gfp.GFP_ATOMIC | Gfp.NOWARN);
    for (int i = 0; i < 20_000; i++) {
      Cpu cpu = machine.cpu(random.nextInt(2));
      if (random.nextInt(100) < 55) {
        int order = Math.max(0, random.nextInt(14) - 9);
        int pfn = machine.allocator().allocPages(cpu, masks.get(random.nextInt(4)), order);
        if (pfn != Pfn.NONE) {
          held.add(new Block(pfn, order));
        }
      } else if (!held.isEmpty()) {
        Block block = random.nextBoolean() ? held.removeFirst() : held.removeLast();
        assertThat(machine.allocator().freePages(cpu, block.pfn, block.order)).isTrue();
      }
    }
  }

  private static void exhaust(Machine machine, Deque<Block> held) {
    Cpu cpu = machine.cpu(0);
    int pfn = machine.allocator().allocPages(cpu, Gfp.GFP_ATOMIC, 0);
    while (pfn != Pfn.NONE) {
      held.add(new Block(pfn, 0));
      pfn = machine.allocator().allocPages(cpu, Gfp.GFP_ATOMIC, 0);
    }
  }
}
