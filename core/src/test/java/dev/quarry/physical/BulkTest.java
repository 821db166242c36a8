package dev.quarry.physical;

import static org.assertj.core.api.Assertions.assertThat;

import dev.quarry.kernel.Machine;
import dev.quarry.machine.Cpu;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Many single pages in one request, without a policy. */
final class BulkTest {
  /**
   * Where only single movable pages are left, a single unmovable request goes to DMA32 before it
   * mixes mobilities, and a bulk request does not: it has no ALLOC_NOFRAGMENT.
   */
  @Test
  void mayMixMobilities() {
    try (Machine machine = Machine.boot(TestMachines.threeZones(true))) {
      PageAllocator allocator = machine.allocator();
      Cpu cpu = machine.cpu(0);
      List<Integer> normal = new ArrayList<>();
      while (true) {
        int pfn = allocator.allocPage(cpu, Gfp.GFP_HIGHUSER_MOVABLE | Gfp.NOWARN);
        Zone zone = pfn == Pfn.NONE ? null : machine.memory().zoneOf(pfn);
        if (zone == null || !zone.label().equals("Normal")) {
          break;
        }
        normal.add(pfn);
      }
      normal.stream().filter(pfn -> pfn % 2 == 0).forEach(pfn -> allocator.freePage(cpu, pfn));
      allocator.drainAllPages();

      int single = allocator.allocPage(cpu, Gfp.GFP_KERNEL);
      int[] pfns = new int[16];
      int got = allocator.allocPagesBulk(cpu, Gfp.GFP_KERNEL, pfns);

      assertThat(label(machine, single)).isEqualTo("DMA32");
      assertThat(got).isEqualTo(16);
      for (int pfn : pfns) {
        assertThat(label(machine, pfn)).isEqualTo("Normal");
      }
      assertThat(machine.invariants()).isEmpty();
    }
  }

  private static String label(Machine machine, int pfn) {
    Zone zone = machine.memory().zoneOf(pfn);
    return zone == null ? "none" : zone.label();
  }
}
