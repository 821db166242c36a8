package dev.quarry.physical;

import static org.assertj.core.api.Assertions.assertThat;

import dev.quarry.kernel.Machine;
import dev.quarry.machine.MachineSpec;
import dev.quarry.machine.MachineSpecReader;
import java.util.List;
import java.util.Random;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * Random sequences over whole machines. After each step every equation must hold, the model must
 * agree about who holds which frame, and each block must lie in the zone that the rules say; at the
 * end all memory must be whole again. A failing sequence is shrunk and printed with its seed.
 */
class WholeMachineTest {
  private static final int SEEDS = 4;
  private static final int STEPS = 400;

  /** Machines that are small enough to be looked at whole after each step. */
  enum Kind {
    THREE_ZONES(
        """
        memory 0x1000-16380K
        memory 16M-32764K
        memory 4G-4210684K
        reserved 20000K-20492K kernel
        cpus 0-1
        sysctl vm.min_free_kbytes=256
        """),
    THREE_ZONES_WITHOUT_CPU_LISTS(
        """
        memory 0x1000-16380K
        memory 16M-32764K
        memory 4G-4210684K
        cpus 0-1
        percpu no
        sysctl vm.min_free_kbytes=512
        """),
    TWO_NODES(
        """
        node 0 distance=10,21
        node 1 distance=21,10
        cpus 0-1 node=0
        cpus 2   node=1
        memory 0x1000-24M node=0
        memory 24M-40M node=1
        zone DMA below=16M
        zone Normal
        zone Movable
        """),
    HIGH_AND_MOVABLE(
        """
        memory 0x1000-44M
        movablecore 8M
        cpus 0-2
        zone DMA below=16M
        zone Normal below=24M
        zone HighMem
        zone Movable
        """),
    SMALL_PAGEBLOCKS(
        """
        max_order 6
        pageblock_order 3
        percpu_max_order 1
        memory 0-7M
        cpus 0-1
        zone DMA below=2016K
        zone Normal
        sysctl vm.min_free_kbytes=128
        """),
    SMALL_PAGEBLOCKS_WITH_CMA(
        """
        max_order 6
        pageblock_order 3
        percpu_max_order 1
        memory 0-2M
        cpus 0-1
        zone Normal
        sysctl vm.min_free_kbytes=64
        """);

    final MachineSpec spec;

    Kind(String text) {
      this.spec = MachineSpecReader.read(name(), text);
    }

    /** Boots the machine, and gives a part of it to CMA where the kind has it. */
    Machine boot() {
      Machine machine = Machine.boot(spec);
      if (this == SMALL_PAGEBLOCKS_WITH_CMA) {
        CmaArea.of(machine, 6, 4);
      }
      return machine;
    }
  }

  @ParameterizedTest
  @EnumSource
  void everyStepKeepsEveryEquation(Kind kind) {
    int granted = 0;
    int refused = 0;
    for (long seed = 1; seed <= SEEDS; seed++) {
      try (Machine machine = kind.boot()) {
        List<Op> ops = new RandomOps(seed, machine).sequence(STEPS);
        MachineRun run = new MachineRun(machine);
        if (run.all(ops) != null) {
          throw new AssertionError(shrunk(kind, seed, ops));
        }
        granted += run.granted;
        refused += run.refused;
      }
    }
    // A sequence that never runs out of memory, or never gets any, tests little.
    assertThat(granted).as("requests granted").isGreaterThan(SEEDS * STEPS / 4);
    assertThat(refused).as("requests refused").isGreaterThan(SEEDS);
  }

  private static String shrunk(Kind kind, long seed, List<Op> ops) {
    List<Op> few = Shrink.shrink(ops, steps -> failure(kind, steps) != null);
    StringBuilder text = new StringBuilder();
    text.append(kind).append(", seed ").append(seed).append(": ").append(failure(kind, few));
    few.forEach(op -> text.append("\n  ").append(op));
    return text.toString();
  }

  private static @Nullable String failure(Kind kind, List<Op> ops) {
    try (Machine machine = kind.boot()) {
      return new MachineRun(machine).all(ops);
    } catch (RuntimeException | AssertionError e) {
      return e.toString();
    }
  }

  @Test
  void theModelSeesABlockThatIsGivenAwayTwice() {
    try (Machine machine = Kind.THREE_ZONES.boot()) {
      MachineRun run = new MachineRun(machine);
      Op.Alloc alloc = new Op.Alloc(0, 0, Request.ALL_NODES, 0, Gfp.GFP_KERNEL);
      assertThat(run.step(alloc)).isNull();
      int pfn = run.held().all().getFirst().pfn;
      machine.allocator().freePages(machine.cpu(0), pfn, 0); // behind the model's back
      assertThat(run.step(alloc)).isEqualTo("frame " + pfn + " was given away twice");
    }
  }

  @Test
  void shrinkingLeavesOnlyWhatIsNeededToFail() {
    Random random = new Random(7);
    List<Integer> numbers = random.ints(1_000, 0, 100).boxed().toList();
    List<Integer> few =
        Shrink.shrink(numbers, list -> list.stream().mapToInt(n -> n > 90 ? n : 0).sum() > 190);
    assertThat(few).hasSize(3).allMatch(n -> n > 90);
  }
}
