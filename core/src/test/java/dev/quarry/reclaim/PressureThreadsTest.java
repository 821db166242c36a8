package dev.quarry.reclaim;

import static dev.quarry.reclaim.SmallMachine.AT;
import static dev.quarry.reclaim.SmallMachine.PAGE;
import static org.assertj.core.api.Assertions.assertThat;

import dev.quarry.kernel.Machine;
import dev.quarry.kernel.Process;
import dev.quarry.machine.Cpu;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Threads on CPUs of their own that take memory from each other. */
class PressureThreadsTest {
  private static final int PAGES = 2600;
  private static final int STEPS = 30_000;

  private static Callable<Integer> user(Process process, Cpu cpu, long seed) {
    return () -> {
      assertThat(cpu.hold()).isTrue();
      SplittableRandom random = new SplittableRandom(seed);
      long[] expected = new long[PAGES];
      for (int step = 0; step < STEPS; step++) {
        int page = random.nextInt(PAGES);
        if (random.nextBoolean()) {
          expected[page] = random.nextLong();
          process.store(cpu, AT + page * PAGE, 8, expected[page]);
        } else {
          long value = process.load(cpu, AT + page * PAGE, 8);
          assertThat(value).as("seed %d step %d", seed, step).isEqualTo(expected[page]);
        }
      }
      cpu.release();
      return STEPS;
    };
  }

  @Test
  @Timeout(120)
  void eachReadsWhatItWrote() throws Exception {
    try (Machine machine = SmallMachine.boot();
        ExecutorService threads = Executors.newFixedThreadPool(2)) {
      machine.reclaim().swapOnOff().on("swap", MemorySwap.of(16384), 0);
      List<Process> processes = new ArrayList<>(); // all made before a thread holds a CPU
      for (int i = 0; i < 2; i++) {
        processes.add(SmallMachine.process(machine, PAGES));
      }
      List<Future<Integer>> users = new ArrayList<>();
      for (int i = 0; i < 2; i++) {
        users.add(threads.submit(user(processes.get(i), machine.cpu(i), 100 + i)));
      }
      for (Future<Integer> user : users) {
        assertThat(user.get(100, TimeUnit.SECONDS)).isEqualTo(STEPS);
      }
      machine.reclaim().drainAll();
      assertThat(machine.invariants()).isEmpty();
    }
  }
}
