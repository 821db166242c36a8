package dev.quarry.reclaim.oom;

import static dev.quarry.reclaim.oom.OomScene.AT;
import static dev.quarry.reclaim.oom.OomScene.PAGE;
import static org.assertj.core.api.Assertions.assertThat;

import dev.quarry.kernel.Process;
import dev.quarry.kernel.SystemCalls;
import dev.quarry.machine.Cpu;
import dev.quarry.physical.VmEvent;
import dev.quarry.virtual.fault.FaultLeaf;
import dev.quarry.virtual.fault.UserFaultException;
import dev.quarry.virtual.space.MapFlags;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/**
 * Threads whose processes grow until one of them is killed by the other's shortage, while it
 * faults. Who is killed ends its process and begins again; who is not reads what it wrote.
 */
class KillThreadsTest {
  private static final int ROUNDS = 12;
  private static final int MOST = 3000;

  private static Callable<Integer> grower(OomScene scene, Cpu cpu) {
    return () -> {
      assertThat(cpu.hold()).isTrue();
      int deaths = 0;
      for (int round = 0; round < ROUNDS; round++) {
        Process process = scene.machine.processes().spawn(cpu);
        if (process != null) {
          deaths += grows(scene, cpu, process) ? 0 : 1;
          scene.machine.processes().exit(cpu, process);
        }
      }
      cpu.release();
      return deaths;
    };
  }

  /** Whether it lived to its end. */
  private static boolean grows(OomScene scene, Cpu cpu, Process process) {
    long flags = 2 | 0x10 | MapFlags.MAP_ANONYMOUS;
    new SystemCalls(cpu, process).mmap(AT, MOST * PAGE, 3, flags, -1, 0);
    try {
      for (int page = 0; page < MOST; page++) {
        process.store(cpu, AT + page * PAGE, 8, page * 7L);
        int other = page * 31 % (page + 1);
        assertThat(process.load(cpu, AT + other * PAGE, 8)).isEqualTo(other * 7L);
      }
      return true;
    } catch (UserFaultException e) {
      assertThat(e.leaf()).isEqualTo(FaultLeaf.KILLED);
      assertThat(scene.isAlive(process)).isFalse();
      return false;
    }
  }

  @Test
  @Timeout(120)
  void whoIsKilledLosesItsMemoryAndNobodyElseDoes() throws Exception {
    try (OomScene scene = new OomScene();
        ExecutorService threads = Executors.newFixedThreadPool(2)) {
      List<Future<Integer>> growers = new ArrayList<>();
      for (int cpu = 0; cpu < 2; cpu++) {
        growers.add(threads.submit(grower(scene, scene.machine.cpu(cpu))));
      }
      int deaths = 0;
      for (Future<Integer> grower : growers) {
        deaths += grower.get(100, TimeUnit.SECONDS);
      }
      assertThat(scene.machine.memory().events().sum(VmEvent.OOM_KILL))
          .isGreaterThanOrEqualTo(deaths);
      assertThat(deaths).isPositive();
      assertThat(scene.machine.processes().all()).isEmpty();
      scene.machine.reclaim().drainAll();
      assertThat(scene.machine.invariants()).isEmpty();
    }
  }
}
