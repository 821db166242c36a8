package dev.quarry.physical;

import static org.assertj.core.api.Assertions.assertThat;

import dev.quarry.kernel.Machine;
import dev.quarry.machine.Cpu;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Taking frames from wherever they lie free, and giving them back, leaves a sound machine. */
class StateCorrectorTest {
  private record Block(int pfn, int order) {}

  private static Machine allHeldThenFreed(boolean percpu) {
    Machine machine = Machine.boot(TestMachines.oneZone(4096, 10, 9, percpu));
    StateLoader loader = new StateLoader(machine.memory());
    Zone zone = machine.memory().zones().getFirst();
    for (int pfn = 0; pfn < 4096; pfn += 1024) {
      loader.freeMerging(zone, pfn, 10);
    }
    return machine;
  }

  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  void anyFrameCanBeSeizedAtAnyTime(boolean percpu) {
    long seed = 20_261;
    try (Machine machine = allHeldThenFreed(percpu)) {
      Random random = new Random(seed);
      StateCorrector corrector = new StateCorrector(machine.memory());
      Cpu cpu = machine.cpu(0);
      List<Block> held = new ArrayList<>();
      for (int step = 0; step < 3_000; step++) {
        int order = random.nextInt(11) * random.nextInt(2);
        switch (random.nextInt(4)) {
          case 0, 1 -> {
            int pfn = machine.allocator().allocPages(cpu, Gfp.GFP_KERNEL | Gfp.NOWARN, order);
            if (pfn != Pfn.NONE) {
              held.add(new Block(pfn, order));
            }
          }
          case 2 -> {
            if (!held.isEmpty()) {
              Block block = held.remove(random.nextInt(held.size()));
              assertThat(machine.allocator().freePages(cpu, block.pfn, block.order)).isTrue();
            }
          }
          default -> seize(machine, corrector, random, held);
        }
        assertThat(machine.invariants()).as("seed %d step %d", seed, step).isEmpty();
      }
      for (Block block : held) {
        assertThat(machine.allocator().freePages(cpu, block.pfn, block.order)).isTrue();
      }
      machine.allocator().drainAllPages();
      assertThat(machine.memory().zones().getFirst().freePages()).isEqualTo(4096);
    }
  }

  private static void seize(
      Machine machine, StateCorrector corrector, Random random, List<Block> held) {
    int order = random.nextInt(4);
    int pfn = random.nextInt(4096) & -(1 << order);
    for (int at = pfn; at < pfn + (1 << order); at++) {
      if (!corrector.isFree(at)) {
        return;
      }
    }
    corrector.seize(pfn, order);
    corrector.hand(pfn, order, false);
    held.add(new Block(pfn, order));
  }

  @Test
  void headsOfAListAreTakenAndTurned() {
    try (Machine machine = allHeldThenFreed(true)) {
      StateCorrector corrector = new StateCorrector(machine.memory());
      Zone zone = machine.memory().zones().getFirst();
      Cpu cpu = machine.cpu(0);
      int next = machine.allocator().allocPages(cpu, Gfp.GFP_KERNEL, 0);
      int first = machine.allocator().allocPages(cpu, Gfp.GFP_KERNEL, 0);
      corrector.putBack(0, next, 0, MigrateType.UNMOVABLE);
      corrector.putBack(0, first, 0, MigrateType.UNMOVABLE);
      assertThat(corrector.placeOnList(zone, 0, 0, MigrateType.UNMOVABLE, first)).isZero();
      assertThat(corrector.placeOnList(zone, 0, 0, MigrateType.UNMOVABLE, next)).isOne();
      corrector.rotateHeads(zone, 0, 0, MigrateType.UNMOVABLE, 1);
      assertThat(zone.pcp(0).list(0).first()).isEqualTo(next);
      assertThat(zone.pcp(0).list(0).last()).isEqualTo(first);
      assertThat(zone.pcp(0).list(0).count()).isEqualTo(zone.pcp(0).count());
      corrector.takeHeads(zone, 0, 0, MigrateType.UNMOVABLE, 1);
      assertThat(machine.memory().kindOf(next)).isEqualTo(FrameKind.HELD_SINCE_BOOT);
      assertThat(machine.invariants()).isEmpty();
      assertThat(machine.allocator().freePages(cpu, next, 0)).isTrue();
    }
  }

  @Test
  void aBlockOfTheZonesListsIsRecognizedAsTheNext() {
    try (Machine machine = allHeldThenFreed(false)) {
      StateCorrector corrector = new StateCorrector(machine.memory());
      Zone zone = machine.memory().zones().getFirst();
      int next = zone.area(10).list(MigrateType.MOVABLE).first();
      assertThat(corrector.isNextOfZone(zone, next, 0, MigrateType.MOVABLE)).isTrue();
      assertThat(corrector.isNextOfZone(zone, next + 1, 0, MigrateType.MOVABLE)).isFalse();
      assertThat(corrector.isNextOfZone(zone, next, 0, MigrateType.UNMOVABLE)).isFalse();
      int got = machine.allocator().allocPages(machine.cpu(0), Gfp.GFP_HIGHUSER_MOVABLE, 0);
      assertThat(got).isEqualTo(next);
    }
  }
}
