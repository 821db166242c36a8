package dev.quarry.reclaim.oom;

import static dev.quarry.reclaim.oom.OomScene.AT;
import static dev.quarry.reclaim.oom.OomScene.PAGE;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.quarry.kernel.Process;
import dev.quarry.physical.Gfp;
import dev.quarry.physical.NodeStat;
import dev.quarry.physical.Pfn;
import dev.quarry.physical.Trail;
import dev.quarry.physical.VmEvent;
import dev.quarry.virtual.fault.FaultLeaf;
import dev.quarry.virtual.fault.UserFaultException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Who is killed, for which request, and what becomes of its memory. */
class OomKillerTest {
  private static int kills(OomScene scene) {
    return (int) scene.machine.memory().events().sum(VmEvent.OOM_KILL);
  }

  private static int alloc(OomScene scene, int gfp, int order) {
    return scene.machine.allocator().allocPages(scene.cpu, gfp, order);
  }

  private static void adj(Process process, int value) {
    process.mm().task().oomScoreAdj(value);
  }

  @Test
  void theWorstDiesAndTheOthersKeepTheirs() {
    try (OomScene scene = new OomScene()) {
      Process small = scene.spawn("small", 200);
      Process large = scene.spawn("large", 2000);
      Process asks = scene.spawn("asks", 500);
      scene.touch(asks, 500, 2500);
      assertThat(kills(scene)).isEqualTo(1);
      assertThat(scene.isAlive(large)).isFalse();
      assertThat(scene.machine.invariants()).isEmpty();
      for (int page = 0; page < 2500; page++) {
        assertThat(asks.load(scene.cpu, AT + page * PAGE, 8)).isEqualTo(page + 1);
      }
      assertThat(small.load(scene.cpu, AT + 199 * PAGE, 8)).isEqualTo(200);
      assertThatThrownBy(() -> large.load(scene.cpu, AT, 8))
          .isInstanceOfSatisfying(
              UserFaultException.class, e -> assertThat(e.leaf()).isEqualTo(FaultLeaf.KILLED));
      assertThat(scene.machine.processes().exitKilled(scene.cpu)).isEqualTo(1);
      assertThat(scene.machine.processes().all()).containsExactly(small, asks);
      assertThat(scene.machine.invariants()).isEmpty();
    }
  }

  /** Who asks is the worst itself: it may use the reserve until it ends, and all comes back. */
  @Test
  void whoAsksMayBeTheWorst() {
    try (OomScene scene = new OomScene()) {
      long before = free(scene);
      Process greedy = scene.spawn("greedy", 1);
      assertThatThrownBy(() -> scene.touch(greedy, 1, OomScene.PAGES))
          .isInstanceOfSatisfying(
              UserFaultException.class, e -> assertThat(e.leaf()).isEqualTo(FaultLeaf.KILLED));
      assertThat(scene.log()).contains("Killed process 1 (greedy)").doesNotContain("reaped");
      scene.machine.processes().exitKilled(scene.cpu);
      scene.machine.slab().reap();
      assertThat(scene.machine.invariants()).isEmpty();
      assertThat(free(scene)).isGreaterThanOrEqualTo(before - 8); // caches keep a slab each
    }
  }

  private static long free(OomScene scene) {
    scene.machine.allocator().drainAllPages();
    return scene.machine.memory().zones().stream().mapToLong(zone -> zone.freePages()).sum();
  }

  @Test
  void theProtectedLiveAndThePreferredDie() {
    try (OomScene scene = new OomScene()) {
      Process large = scene.spawn("large", 2500);
      Process first = scene.spawn("first", 400);
      Process asks = scene.spawn("asks", 1);
      adj(large, -1000);
      adj(first, 800);
      scene.touch(asks, 1, 1300);
      assertThat(scene.isAlive(first)).isFalse();
      assertThat(scene.isAlive(large)).isTrue();
      assertThat(kills(scene)).isEqualTo(1);
    }
  }

  /** Requests that are not worth a process fail, and nobody dies. */
  @ParameterizedTest
  @ValueSource(
      strings = {"NORETRY", "RETRY_MAYFAIL", "THISNODE", "DMA", "ORDER4", "NOFS", "ATOMIC"})
  void someRequestsKillNobody(String which) {
    try (OomScene scene = new OomScene()) {
      Process process = scene.spawn("lives", 1500);
      scene.exhaust();
      int gfp =
          switch (which) {
            case "NORETRY" -> Gfp.GFP_KERNEL | Gfp.NORETRY;
            case "RETRY_MAYFAIL" -> Gfp.GFP_KERNEL | Gfp.RETRY_MAYFAIL;
            case "THISNODE" -> Gfp.GFP_KERNEL | Gfp.THISNODE;
            case "DMA" -> Gfp.GFP_KERNEL | Gfp.DMA;
            case "NOFS" -> Gfp.GFP_NOFS;
            case "ATOMIC" -> Gfp.GFP_ATOMIC;
            default -> Gfp.GFP_KERNEL;
          };
      int order = which.equals("ORDER4") ? 4 : 0;
      int taken = 0;
      while (taken < 4096 && alloc(scene, gfp | Gfp.NOWARN, order) != Pfn.NONE) {
        taken++; // the reserve
      }
      assertThat(taken).isLessThan(4096);
      assertThat(kills(scene)).isZero();
      assertThat(process.load(scene.cpu, AT, 8)).isEqualTo(1);
      assertThat(alloc(scene, Gfp.GFP_KERNEL, 0)).isNotEqualTo(Pfn.NONE);
      assertThat(kills(scene)).isEqualTo(1);
      assertThat(scene.log()).contains("quarry invoked oom-killer", "reaped process 1 (lives)");
    }
  }

  @Test
  void aSettingMakesWhoAsksTheVictim() {
    try (OomScene scene = new OomScene()) {
      scene.machine.files().write("/proc/sys/vm/oom_kill_allocating_task", "1");
      Process large = scene.spawn("large", 2500);
      Process asks = scene.spawn("asks", 10);
      assertThatThrownBy(() -> scene.touch(asks, 10, 3000)).isInstanceOf(UserFaultException.class);
      assertThat(scene.isAlive(large)).isTrue();
      assertThat(scene.log())
          .contains("Out of memory (oom_kill_allocating_task): Killed process 2 (asks)");
    }
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 2})
  void aPanicKillsNobody(int setting) {
    try (OomScene scene = new OomScene()) {
      scene.machine.files().write("/proc/sys/vm/panic_on_oom", "" + setting);
      Process process = scene.spawn("lives", 10);
      scene.exhaust();
      scene.takeAll(Gfp.GFP_KERNEL, 0);
      assertThat(kills(scene)).isZero();
      assertThat(scene.isAlive(process)).isTrue();
      String how = setting == 2 ? "compulsory" : "system-wide";
      assertThat(scene.log())
          .contains("Kernel panic - not syncing: Out of memory: " + how + " panic_on_oom");
    }
  }

  @Test
  void nobodyCanBeKilled() {
    try (OomScene scene = new OomScene()) {
      adj(scene.spawn("guard", 10), -1000);
      scene.takeAll(Gfp.GFP_KERNEL, 0);
      assertThat(scene.log())
          .contains(
              "Out of memory and no killable processes...\n"
                  + "Kernel panic - not syncing: System is deadlocked on memory");
    }
  }

  /** A node is full, the other one is not: the pages in question are those of the node. */
  @Test
  void aPolicyIsTheConstraint() {
    try (OomScene scene = OomScene.ofTwoNodes()) {
      Process process = scene.spawn("bound", 100);
      int bound = Gfp.GFP_HIGHUSER_MOVABLE;
      int pfn = Pfn.NONE;
      for (int i = 0; i < 3000 && kills(scene) == 0; i++) {
        pfn = scene.machine.allocator().allocPagesNode(scene.cpu, 0, 1, bound, 0, null);
      }
      assertThat(pfn).isNotEqualTo(Pfn.NONE);
      assertThat(scene.isAlive(process)).isFalse();
      assertThat(scene.log())
          .contains("oom-kill:constraint=CONSTRAINT_MEMORY_POLICY,nodemask=0,cpuset=/")
          .contains("mems_allowed=0-1")
          .doesNotContain("Node 1 DMA32");
      assertThat(
              scene.machine.memory().nodes().get(1).zones().stream()
                  .mapToLong(z -> z.freePages())
                  .sum())
          .isGreaterThan(1000);
    }
  }

  @Test
  void theTrailTellsOfTheKill() {
    try (OomScene scene = new OomScene()) {
      scene.spawn("victim", 1000);
      scene.exhaust();
      Trail trail = new Trail();
      int pfn = Pfn.NONE;
      while (kills(scene) == 0) {
        trail = new Trail();
        pfn = scene.machine.allocator().allocPagesTraced(scene.cpu, Gfp.GFP_KERNEL, 0, trail);
      }
      assertThat(pfn).isNotEqualTo(Pfn.NONE);
      assertThat(trail.render()).contains("OOM killer: killed process 1 (victim)");
    }
  }

  /** A block of memory that a group of processes shares dies with the last one that has it. */
  @Test
  void whoSharesAnAddressSpaceDiesWithIt() {
    try (OomScene scene = new OomScene()) {
      Process one = scene.spawn("twins", 2000);
      Process two = scene.machine.processes().cloneVm(one);
      Process asks = scene.spawn("asks", 1500);
      scene.touch(asks, 1500, 2100);
      assertThat(kills(scene)).isEqualTo(1);
      assertThat(scene.machine.processes().exitKilled(scene.cpu)).isEqualTo(2);
      assertThat(scene.isAlive(two)).isFalse();
      assertThat(scene.machine.invariants()).isEmpty();
      assertThat(scene.machine.memory().nodes().get(0).stat(NodeStat.NR_ANON_PAGES))
          .isEqualTo(2100);
    }
  }
}
