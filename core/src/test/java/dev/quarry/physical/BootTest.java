package dev.quarry.physical;

import static org.assertj.core.api.Assertions.assertThat;

import dev.quarry.kernel.Machine;
import dev.quarry.machine.Cpu;
import org.junit.jupiter.api.Test;

class BootTest {
  @Test
  void aBootedMachineIsSoundAndAllFree() {
    try (Machine machine = Machine.boot(TestMachines.recorded())) {
      assertThat(machine.invariants()).isEmpty();
      for (Zone zone : machine.memory().zones()) {
        assertThat(zone.freePages()).isEqualTo(zone.managed());
      }
    }
  }

  @Test
  void aTerabyteMachineCountsBlocksThatNobodyTouched() {
    try (Machine machine = Machine.boot(TestMachines.huge())) {
      Zone normal = machine.memory().zones().get(2);
      assertThat(normal.freePages()).isEqualTo(1021L << 18);
      assertThat(normal.area(10).nrFree()).isEqualTo(1021 << 8);
      assertThat(normal.area(10).list(MigrateType.MOVABLE).count()).isZero();
      Cpu cpu = machine.cpu(63);
      int pfn = machine.allocator().allocPages(cpu, Gfp.GFP_KERNEL, 10);
      assertThat(machine.allocator().freePages(cpu, pfn, 10)).isTrue();
      assertThat(machine.invariants()).isEmpty();
      assertThat(normal.freePages()).isEqualTo(1021L << 18);
    }
  }

  @Test
  void a256PageRequestTakesTheFrontOfABlockOf512() {
    try (Machine machine = Machine.boot(TestMachines.oneZone(512, 10, 9, false))) {
      Trail trail = new Trail();
      int pfn = machine.allocator().allocPagesTraced(machine.cpu(0), Gfp.GFP_KERNEL, 8, trail);
      assertThat(pfn).as(trail.render()).isZero();
      assertThat(machine.memory().zones().getFirst().area(8).nrFree()).isEqualTo(1);
      assertThat(machine.invariants()).isEmpty();
    }
  }
}
