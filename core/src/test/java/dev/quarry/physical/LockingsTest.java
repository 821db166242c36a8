package dev.quarry.physical;

import static org.assertj.core.api.Assertions.assertThat;

import dev.quarry.kernel.Machine;
import dev.quarry.machine.Cpu;
import dev.quarry.machine.MachineSpecReader;
import dev.quarry.machine.Presets;
import java.util.List;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** How often a zone's lock is taken, which the cost model prices. */
final class LockingsTest {
  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  void listsTakeTheLockOnceForManyPages(boolean percpu) {
    List<String> settings = List.of("contents=none", "percpu=" + (percpu ? "on" : "off"));
    try (Machine machine = Machine.boot(MachineSpecReader.with(Presets.get("laptop"), settings))) {
      Cpu cpu = machine.cpu(0);
      Zone zone = machine.memory().zones().get(2);
      int[] pfns = new int[4];
      for (int i = 0; i < pfns.length; i++) {
        pfns[i] = machine.allocator().allocPage(cpu, Gfp.GFP_KERNEL);
      }
      assertThat(zone.events().lockings()).isEqualTo(percpu ? 1 : 4);
      for (int pfn : pfns) {
        machine.allocator().freePage(cpu, pfn);
      }
      assertThat(zone.events().lockings()).isEqualTo(percpu ? 1 : 8);
      long refilled = zone.events().refillPages();
      machine.allocator().drainAllPages();
      assertThat(zone.events().lockings()).isEqualTo(percpu ? 2 : 8);
      assertThat(zone.events().drainPages()).isEqualTo(refilled);
    }
  }
}
