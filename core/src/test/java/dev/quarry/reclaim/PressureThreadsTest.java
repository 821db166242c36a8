package dev.quarry.reclaim;

import static org.assertj.core.api.Assertions.assertThat;

import dev.quarry.kernel.Machine;
import dev.quarry.kernel.Process;
import dev.quarry.reclaim.group.GroupEvent;
import dev.quarry.reclaim.group.MemoryGroup;
import dev.quarry.reclaim.group.MemoryGroups;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Threads on CPUs of their own that take memory from each other. */
class PressureThreadsTest {
  private static final int PAGES = 2600;
  private static final int STEPS = 30_000;

  @Test
  @Timeout(120)
  void eachReadsWhatItWrote() throws Exception {
    try (Machine machine = SmallMachine.boot()) {
      run(machine, processes(machine));
    }
  }

  /** Groups below one limit: charged by several threads at once, each page once. */
  @ParameterizedTest
  @ValueSource(strings = {"lru classic", "lru mglru"})
  @Timeout(120)
  void inGroupsToo(String lru) throws Exception {
    try (Machine machine = SmallMachine.boot(lru)) {
      MemoryGroups groups = machine.reclaim().groups();
      MemoryGroup parent = groups.make("/p");
      parent.max(2000);
      List<Process> processes = processes(machine);
      for (Process process : processes) {
        MemoryGroup child = groups.make("/p/" + process.pid());
        child.memory().low(300);
        process.mm().task().group(child.id());
      }
      run(machine, processes);
      assertThat(parent.peak()).isEqualTo(2000);
      assertThat(parent.events(GroupEvent.OOM)).isZero();
      for (Process process : processes) {
        machine.processes().exit(machine.cpu(0), process);
      }
      assertThat(parent.usage()).isZero();
      assertThat(parent.swap().usage()).isZero();
      assertThat(machine.invariants()).isEmpty();
    }
  }

  /** All are made before a thread holds a CPU. */
  private static List<Process> processes(Machine machine) {
    machine.reclaim().swapOnOff().on("swap", MemorySwap.of(16384), 0);
    return List.of(SmallMachine.process(machine, PAGES), SmallMachine.process(machine, PAGES));
  }

  private static void run(Machine machine, List<Process> processes) throws Exception {
    try (ExecutorService threads = Executors.newFixedThreadPool(2)) {
      List<Future<Integer>> users = new ArrayList<>();
      for (int i = 0; i < 2; i++) {
        users.add(
            threads.submit(
                SmallMachine.user(processes.get(i), machine.cpu(i), 100 + i, PAGES, STEPS)));
      }
      for (Future<Integer> user : users) {
        assertThat(user.get(100, TimeUnit.SECONDS)).isEqualTo(STEPS);
      }
      machine.reclaim().drainAll();
      assertThat(machine.invariants()).isEmpty();
    }
  }
}
