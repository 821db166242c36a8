package dev.quarry.observe;

import static org.assertj.core.api.Assertions.assertThat;

import dev.quarry.kernel.Machine;
import dev.quarry.physical.DirtyLimits;
import dev.quarry.physical.DirtySettings;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** Numbers that a machine of the recorded size must have as the recorded kernel had them. */
class RecordedNumbersTest {
  private static final List<String> DECIDED_AT_BOOT =
      List.of(
          "boost",
          "min",
          "low",
          "high",
          "promo",
          "spanned",
          "present",
          "managed",
          "cma",
          "start_pfn",
          "node_unreclaimable");

  @Test
  void zonesHaveTheRecordedSizesMarksAndLimits() {
    try (Machine machine = Machine.boot(Recorded.machine())) {
      var ours = ProcText.zoneInfo(ZoneInfo.text(machine.memory()));
      var kernels = ProcText.zoneInfo(Recorded.text("zoneinfo"));
      assertThat(ours.keySet()).isEqualTo(kernels.keySet());
      for (String zone : kernels.keySet()) {
        assertThat(ours.get(zone).numbers()).containsAllEntriesOf(decided(kernels.get(zone)));
        assertThat(limits(ours.get(zone))).as(zone).isEqualTo(limits(kernels.get(zone)));
      }
      assertThat(protections(ZoneInfo.text(machine.memory())))
          .isEqualTo(protections(Recorded.text("zoneinfo")));
    }
  }

  private static Map<String, Long> decided(ProcText.ZoneText zone) {
    zone.numbers().keySet().retainAll(DECIDED_AT_BOOT);
    return zone.numbers();
  }

  /** Per page set; a list that was never used has a high of 0 on both sides. */
  private static List<Map<String, Long>> limits(ProcText.ZoneText zone) {
    for (Map<String, Long> set : zone.pageSets()) {
      set.keySet().removeAll(List.of("count", "high"));
    }
    return zone.pageSets();
  }

  private static List<String> protections(String text) {
    return text.lines().filter(line -> line.contains("protection")).toList();
  }

  /** Nothing was ever allocated in the recorded kernel's ZONE_DMA. */
  @Test
  void zoneDmaIsAsTheRecordedKernelBootedIt() {
    try (Machine machine = Machine.boot(Recorded.machine())) {
      assertThat(dma(BuddyInfo.text(machine.memory())))
          .isEqualTo(dma(Recorded.text("buddyinfo")))
          .hasSize(1);
      assertThat(dma(PageTypeInfo.text(machine.memory())))
          .isEqualTo(dma(Recorded.text("pagetypeinfo")))
          .hasSize(6);
      assertThat(zoneDma(ZoneInfo.text(machine.memory())))
          .isEqualTo(zoneDma(Recorded.text("zoneinfo")))
          .contains("nr_free_pages_blocks 3584");
    }
  }

  private static List<String> dma(String text) {
    return text.lines().filter(line -> line.contains("zone      DMA")).toList();
  }

  private static String zoneDma(String text) {
    return text.substring(text.indexOf("  pages free"), text.indexOf("Node 0, zone    DMA32"));
  }

  @Test
  void memoryHasTheRecordedTotals() {
    try (Machine machine = Machine.boot(Recorded.machine())) {
      var ours = ProcText.numbers(MemInfo.text(machine.memory()));
      var kernels = ProcText.numbers(Recorded.text("meminfo"));
      for (String name : List.of("MemTotal", "CommitLimit", "VmallocTotal", "Hugepagesize")) {
        assertThat(ours.get(name)).as(name).isEqualTo(kernels.get(name));
      }
    }
  }

  /** The recorded MemAvailable follows from the recorded counts and this machine's reserves. */
  @Test
  void availableMemoryIsTheRecordedOne() {
    try (Machine machine = Machine.boot(Recorded.machine())) {
      AvailableMemory fresh = AvailableMemory.of(machine.memory());
      var kb = ProcText.numbers(Recorded.text("meminfo"));
      AvailableMemory recorded =
          new AvailableMemory(
              kb.get("MemFree") / 4,
              fresh.totalReserve(),
              fresh.lowMarks(),
              (kb.get("Active(file)") + kb.get("Inactive(file)")) / 4,
              kb.get("KReclaimable") / 4);
      assertThat(recorded.pages() * 4).isEqualTo(kb.get("MemAvailable"));
    }
  }

  /** One number of dirtyable pages explains both recorded limits; others miss one of them. */
  @Test
  void dirtyLimitsRoundAsTheKernelDoes() {
    var vmstat = ProcText.numbers(Recorded.text("vmstat"));
    DirtySettings usual = new DirtySettings();
    DirtyLimits recorded =
        new DirtyLimits(
            vmstat.get("nr_dirty_threshold"), vmstat.get("nr_dirty_background_threshold"));
    assertThat(DirtyLimits.ofDirtyable(5_797_337, 4096, usual)).isEqualTo(recorded);
    assertThat(DirtyLimits.ofDirtyable(5_797_333, 4096, usual)).isNotEqualTo(recorded);
    assertThat(DirtyLimits.ofDirtyable(5_797_341, 4096, usual)).isNotEqualTo(recorded);
  }
}
