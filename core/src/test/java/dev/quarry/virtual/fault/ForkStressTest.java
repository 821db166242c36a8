package dev.quarry.virtual.fault;

import static dev.quarry.virtual.space.MapFlags.*;
import static org.assertj.core.api.Assertions.assertThat;

import dev.quarry.kernel.Machine;
import dev.quarry.kernel.Process;
import dev.quarry.kernel.SystemCalls;
import dev.quarry.machine.Cpu;
import dev.quarry.virtual.PageTableLayout;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.Test;

/** Two CPUs fork one parent, write the same pages copy on write, and end, all at once. */
class ForkStressTest {
  private static final int ROUNDS = 400;
  private static final int PAGES = 24;
  private static final long PAGE = 4096;
  private static final long OWN = 0x1000_0000L;
  private static final long SHARED = 0x2000_0000L;

  @Test
  void everyProcessSeesItsOwnAndTheShared() throws Exception {
    try (Machine machine = FaultMachines.of(PageTableLayout.X86_64)) {
      Cpu first = machine.cpu(0);
      Process parent = machine.processes().spawn(first);
      SystemCalls calls = new SystemCalls(first, parent);
      calls.mmap(OWN, PAGES * PAGE, 3, MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED, -1, 0);
      calls.mmap(SHARED, PAGES * PAGE, 3, MAP_SHARED | MAP_ANONYMOUS | MAP_FIXED, -1, 0);
      for (int i = 0; i < PAGES; i++) {
        parent.store(first, OWN + i * PAGE, 8, 7000 + i);
      }
      try (ExecutorService threads = Executors.newFixedThreadPool(2)) {
        List<Future<Integer>> results = new ArrayList<>();
        for (int i = 0; i < 2; i++) {
          results.add(threads.submit(worker(machine, parent, i)));
        }
        for (Future<Integer> result : results) {
          assertThat(result.get()).isEqualTo(ROUNDS);
        }
      }
      for (int i = 0; i < PAGES; i++) {
        assertThat(parent.load(first, OWN + i * PAGE, 8)).isEqualTo(7000 + i);
      }
      assertThat(machine.invariants()).isEmpty();
      machine.processes().exit(first, parent);
      assertThat(machine.invariants()).isEmpty();
    }
  }

  private static Callable<Integer> worker(Machine machine, Process parent, int number) {
    return () -> {
      Cpu cpu = machine.cpu(number);
      cpu.hold();
      Random random = new Random(number);
      int rounds = 0;
      while (rounds < ROUNDS) {
        Process child = machine.processes().fork(cpu, parent);
        Process other = machine.processes().fork(cpu, child);
        for (int i = 0; i < PAGES; i++) {
          int page = random.nextInt(PAGES);
          Process who = random.nextBoolean() ? child : other;
          who.store(cpu, OWN + page * PAGE + 8 + 8 * number, 8, who.pid());
          assertThat(who.load(cpu, OWN + page * PAGE, 8)).isEqualTo(7000 + page);
          assertThat(who.load(cpu, OWN + page * PAGE + 8 + 8 * number, 8)).isEqualTo(who.pid());
          who.store(cpu, SHARED + page * PAGE + 8L * number, 8, rounds);
          assertThat(child.load(cpu, SHARED + page * PAGE + 8L * number, 8)).isEqualTo(rounds);
        }
        machine.processes().exit(cpu, child);
        machine.processes().exit(cpu, other);
        rounds++;
      }
      cpu.release();
      return rounds;
    };
  }
}
