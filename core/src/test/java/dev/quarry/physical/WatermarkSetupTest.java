package dev.quarry.physical;

import static org.assertj.core.api.Assertions.assertThat;

import dev.quarry.kernel.Machine;
import org.junit.jupiter.api.Test;

/** Marks, reserves and per-CPU limits against the zoneinfo of the machine that was recorded. */
class WatermarkSetupTest {
  @Test
  void marksAndReservesAreThoseOfTheRecordedKernel() {
    try (Machine machine = Machine.boot(TestMachines.recorded())) {
      assertThat(machine.memory().minFreeKbytes()).isEqualTo(67_584);
      expectZone(machine, 0, 10, 13, 16, 19, 0, 3019, 24_090, 24_090, 24_090);
      expectZone(machine, 1, 2116, 2888, 3660, 4432, 0, 0, 21_071, 21_071, 21_071);
      expectZone(machine, 2, 14_769, 20_163, 25_557, 30_951, 0, 0, 0, 0, 0);
    }
  }

  @Test
  void perCpuLimitsAreThoseOfTheRecordedKernel() {
    try (Machine machine = Machine.boot(TestMachines.recorded())) {
      expectLimits(machine, 0, 1, 6, 240);
      expectLimits(machine, 1, 63, 1444, 48_307);
      expectLimits(machine, 2, 63, 10_081, 337_141);
    }
  }

  private static void expectZone(
      Machine machine, int index, long min, long low, long high, long promo, long... reserves) {
    Zone zone = machine.memory().zones().get(index);
    assertThat(zone.mark(Zone.MIN)).as("%s min", zone).isEqualTo(min);
    assertThat(zone.mark(Zone.LOW)).as("%s low", zone).isEqualTo(low);
    assertThat(zone.mark(Zone.HIGH)).as("%s high", zone).isEqualTo(high);
    assertThat(zone.mark(Zone.PROMO)).as("%s promo", zone).isEqualTo(promo);
    for (int i = 0; i < reserves.length; i++) {
      assertThat(zone.lowmemReserve(i)).as("%s reserve %d", zone, i).isEqualTo(reserves[i]);
    }
  }

  private static void expectLimits(Machine machine, int index, int batch, int min, int max) {
    PerCpuPages pcp = machine.memory().zones().get(index).pcp(1);
    assertThat(pcp.batch()).isEqualTo(batch);
    assertThat(pcp.highMin()).isEqualTo(min);
    assertThat(pcp.highMax()).isEqualTo(max);
  }
}
