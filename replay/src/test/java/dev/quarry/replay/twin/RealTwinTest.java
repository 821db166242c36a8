package dev.quarry.replay.twin;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.quarry.kernel.Machine;
import dev.quarry.machine.ZoneType;
import dev.quarry.physical.Gfp;
import dev.quarry.replay.read.Fixtures;
import dev.quarry.replay.snapshot.ZoneId;
import dev.quarry.replay.snapshot.ZoneInfo;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Twins of real machines: recorded ones, and the one that runs the tests. */
class RealTwinTest {
  @TempDir Path folder;

  @Test
  void recordedMachines() throws IOException {
    for (String name : List.of("w2_redis", "w1_compile.fm")) {
      Path before = Fixtures.shared(name).orElse(Path.of("absent")).resolve("before");
      assumeTrue(Files.isDirectory(before), "no recording " + name + " beside the project");
      Path counts =
          Hosts.copy(before, folder.resolve(name), "zoneinfo", "buddyinfo", "pagetypeinfo");
      isPlausible(counts);
      try (Machine machine = Twin.of(before).boot()) {
        assertThat(machine.invariants()).as(name).isEmpty();
      }
    }
  }

  @Test
  void theMachineThatRunsThis() throws IOException {
    Path proc = Path.of("/proc");
    assumeTrue(Files.isReadable(proc.resolve("zoneinfo")), "no /proc/zoneinfo: not on Linux");
    Path copy = Hosts.copy(proc, folder.resolve("live"), "zoneinfo", "buddyinfo", "meminfo");
    isPlausible(copy);
    try (Machine machine = Twin.of(proc).boot()) {
      assertThat(machine.invariants()).isEmpty();
    }
  }

  /**
   * A request of user pages that gets all that it may leaves each zone just at its min mark, which
   * mixing types may have raised by its boost.
   */
  private static void isPlausible(Path files) {
    Twin twin = Twin.of(files);
    ZoneInfo zoneInfo = twin.snapshot().zoneInfo().orElseThrow();
    List<ZoneType> types = twin.spec().zones().stream().map(zone -> zone.type()).toList();
    assumeTrue(twin.spec().nodes().size() == 1, "the machine has several nodes");
    int highest = types.indexOf(ZoneType.MOVABLE) >= 0 ? types.indexOf(ZoneType.MOVABLE) : 0;
    for (int order : new int[] {4, 10}) {
      if (order > twin.spec().maxOrder()) {
        continue;
      }
      long most = 0;
      long least = 0;
      for (ZoneInfo.Zone zone : zoneInfo.populated()) {
        List<Long> blocks = blocks(twin, zone.id());
        long boost = zone.watermarks().high() * 15_000 / 10_000;
        most += Hosts.expected(zone, blocks, order, highest, 0);
        least += Hosts.expected(zone, blocks, order, highest, boost);
      }
      Question question = new Question(order, Gfp.GFP_HIGHUSER_MOVABLE, 0, 0, 1 << 24);
      Answer answer = TwinReport.of(twin, question).answers().getFirst();
      assertThat(answer.successes()).as("%s, order %d", files, order).isBetween(least, most);
    }
  }

  private static List<Long> blocks(Twin twin, ZoneId id) {
    return Fragmentation.of(twin.snapshot()).stream()
        .filter(zone -> zone.zone().equals("Node " + id.node() + " zone " + id.type().label()))
        .findFirst()
        .orElseThrow()
        .blocks();
  }
}
