package dev.quarry.reclaim.compact;

import static dev.quarry.reclaim.compact.FragmentedMachine.AT;
import static dev.quarry.reclaim.compact.FragmentedMachine.PAGE;
import static org.assertj.core.api.Assertions.assertThat;

import dev.quarry.kernel.SystemCalls;
import dev.quarry.machine.Cpu;
import dev.quarry.physical.Gfp;
import dev.quarry.physical.Pfn;
import dev.quarry.physical.VmEvent;
import java.util.SplittableRandom;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** A process writes and reads on one CPU while another CPU compacts all the time. */
class CompactionThreadsTest {
  private static final int PAGES = 5_000;
  private static final int STEPS = 60_000;

  private static Callable<Integer> user(
      FragmentedMachine m, Cpu cpu, long seed, CountDownLatch begun) {
    return () -> {
      assertThat(cpu.hold()).isTrue();
      assertThat(begun.await(40, TimeUnit.SECONDS)).isTrue();
      SplittableRandom random = new SplittableRandom(seed);
      SystemCalls calls = new SystemCalls(cpu, m.process);
      long[] expected = new long[PAGES];
      for (int i = 0; i < PAGES; i += 2) {
        expected[i] = FragmentedMachine.value(i);
      }
      for (int step = 0; step < STEPS; step++) {
        int page = random.nextInt(PAGES);
        long at = AT + page * PAGE;
        if (random.nextInt(4) == 0) {
          calls.madvise(at, PAGE, 4);
          expected[page] = 0;
        } else if (random.nextInt(3) == 0) {
          expected[page] = random.nextLong();
          m.process.store(cpu, at, 8, expected[page]);
        } else {
          long value = m.process.load(cpu, at, 8);
          assertThat(value).as("seed %d step %d", seed, step).isEqualTo(expected[page]);
        }
      }
      cpu.release();
      return STEPS;
    };
  }

  private static Callable<Integer> compactor(
      FragmentedMachine m, Cpu cpu, Future<Integer> user, CountDownLatch begun) {
    return () -> {
      assertThat(cpu.hold()).isTrue();
      begun.countDown();
      int rounds = 0;
      do { // once at least, even if the user ends before this thread gets a processor
        m.machine.reclaim().compaction().compactMemory(cpu);
        int order = 2 + rounds++ % 8;
        int pfn = m.machine.allocator().allocPages(cpu, Gfp.GFP_KERNEL | Gfp.NOWARN, order);
        if (pfn != Pfn.NONE) {
          m.machine.allocator().freePages(cpu, pfn, order);
        }
      } while (!user.isDone());
      cpu.release();
      return rounds;
    };
  }

  @Test
  @Timeout(60)
  void whatWasWrittenIsReadMeanwhile() throws Exception {
    try (FragmentedMachine m = new FragmentedMachine(PAGES, 2);
        ExecutorService threads = Executors.newFixedThreadPool(2)) {
      CountDownLatch begun = new CountDownLatch(1);
      Future<Integer> user = threads.submit(user(m, m.machine.cpu(0), 7, begun));
      Future<Integer> compactor = threads.submit(compactor(m, m.machine.cpu(1), user, begun));
      assertThat(user.get(50, TimeUnit.SECONDS)).isEqualTo(STEPS);
      assertThat(compactor.get(50, TimeUnit.SECONDS)).isPositive();
      m.machine.reclaim().drainAll();
      assertThat(m.machine.invariants()).isEmpty();
      assertThat(m.machine.memory().events().sum(VmEvent.PGMIGRATE_SUCCESS)).isGreaterThan(100);
    }
  }
}
