package dev.quarry.replay.play;

import static org.assertj.core.api.Assertions.assertThat;

import dev.quarry.kernel.Machine;
import dev.quarry.machine.Cpu;
import dev.quarry.machine.MachineSpecReader;
import dev.quarry.machine.Presets;
import dev.quarry.physical.Gfp;
import dev.quarry.physical.MemPolicy;
import dev.quarry.physical.Pfn;
import dev.quarry.physical.Trail;
import dev.quarry.physical.Zone;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Which requests of a recording a policy governs. */
final class UserPagesTest {
  private static Machine boot() {
    return Machine.boot(
        MachineSpecReader.with(Presets.get("server"), List.of("ram=8G", "contents=none")));
  }

  private static List<Integer> nodes(Machine machine, UserPages pages, int gfp, int order) {
    List<Integer> nodes = new ArrayList<>();
    for (int i = 0; i < 4; i++) {
      int pfn = pages.allocate(machine.cpu(5), gfp, order);
      Zone zone = pfn == Pfn.NONE ? null : machine.memory().zoneOf(pfn);
      nodes.add(zone == null ? -1 : zone.node().id());
    }
    return nodes;
  }

  @Test
  void userPagesTakeTurnsAndTheKernelsStayAtHome() {
    try (Machine machine = boot()) {
      UserPages pages = new UserPages(machine, machine.policies().parse("interleave:0,1"));
      assertThat(nodes(machine, pages, Gfp.GFP_HIGHUSER_MOVABLE, 0)).containsExactly(0, 1, 0, 1);
      int ofFile = Gfp.GFP_HIGHUSER_MOVABLE & ~Gfp.FS | Gfp.NORETRY;
      assertThat(nodes(machine, pages, ofFile, 2)).containsExactly(0, 1, 0, 1);
      assertThat(nodes(machine, pages, Gfp.GFP_KERNEL, 0)).containsExactly(1, 1, 1, 1);
      assertThat(nodes(machine, pages, Gfp.GFP_USER, 0)).containsExactly(1, 1, 1, 1);
    }
  }

  /** The recorded kernel wanted its huge pages near the CPU; this policy does not. */
  @Test
  void hugePagesForgetTheRecordedTasksPolicy() {
    try (Machine machine = boot()) {
      UserPages pages = new UserPages(machine, machine.policies().parse("interleave:0,1"));
      int gfp = Gfp.GFP_TRANSHUGE_LIGHT | Gfp.THISNODE | Gfp.NORETRY;
      assertThat(nodes(machine, pages, gfp, 9)).containsExactly(0, 1, 0, 1);
      UserPages plain = new UserPages(machine, new MemPolicy.Default());
      assertThat(nodes(machine, plain, gfp, 9)).containsExactly(1, 1, 1, 1);
    }
  }

  @Test
  void theSameRequestIsAskedAgain() {
    try (Machine machine = boot()) {
      UserPages pages = new UserPages(machine, machine.policies().parse("interleave:0,1"));
      Cpu cpu = machine.cpu(5);
      pages.allocate(cpu, Gfp.GFP_HIGHUSER_MOVABLE, 0);
      Trail trail = new Trail();
      pages.again(cpu, Gfp.GFP_HIGHUSER_MOVABLE, 0, trail);
      assertThat(trail.render()).contains("policy interleave:0-1: begins at node 0");
      assertThat(nodes(machine, pages, Gfp.GFP_HIGHUSER_MOVABLE, 0)).containsExactly(1, 0, 1, 0);
    }
  }
}
