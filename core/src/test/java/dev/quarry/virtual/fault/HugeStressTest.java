package dev.quarry.virtual.fault;

import static dev.quarry.virtual.fault.HugeScene.AT;
import static dev.quarry.virtual.fault.HugeScene.HUGE;
import static dev.quarry.virtual.fault.HugeScene.PAGE;
import static dev.quarry.virtual.fault.HugeScene.at;
import static org.assertj.core.api.Assertions.assertThat;

import dev.quarry.kernel.Process;
import dev.quarry.kernel.SystemCalls;
import dev.quarry.machine.Cpu;
import dev.quarry.virtual.space.Advice;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.Test;

/** Two CPUs share huge pages by fork, split, copy, collapse and drop them, all at once. */
class HugeStressTest {
  private static final int ROUNDS = 120;
  private static final int HUGE_PAGES = 3;

  @Test
  void everyProcessSeesItsOwn() throws Exception {
    try (HugeScene scene = new HugeScene("always")) {
      scene.map(HUGE_PAGES);
      for (int i = 0; i < HUGE_PAGES * 512; i++) {
        scene.store(AT + i * PAGE, 7000 + i);
      }
      try (ExecutorService threads = Executors.newFixedThreadPool(2)) {
        List<Future<Integer>> results = new ArrayList<>();
        for (int i = 0; i < 2; i++) {
          results.add(threads.submit(worker(scene, i)));
        }
        for (Future<Integer> result : results) {
          assertThat(result.get()).isEqualTo(ROUNDS);
        }
      }
      for (int i = 0; i < HUGE_PAGES * 512; i++) {
        assertThat(scene.load(AT + i * PAGE)).isEqualTo(7000 + i);
      }
      assertThat(scene.machine.invariants()).isEmpty();
    }
  }

  private static Callable<Integer> worker(HugeScene scene, int number) {
    return () -> {
      Cpu cpu = scene.machine.cpu(number);
      cpu.hold();
      Random random = new Random(number);
      for (int round = 0; round < ROUNDS; round++) {
        Process child = scene.machine.processes().fork(cpu, scene.process);
        SystemCalls calls = new SystemCalls(cpu, child);
        for (int i = 0; i < 12; i++) {
          int page = random.nextInt(HUGE_PAGES * 512);
          long address = AT + page * PAGE;
          switch (random.nextInt(6)) {
            case 0 -> calls.madvise(address & -HUGE, HUGE, Advice.COLLAPSE.number());
            case 1 -> scene.huge.splitDeferred(cpu, 2);
            case 2 -> calls.munmap(at(random.nextInt(HUGE_PAGES)) + 9 * PAGE, PAGE);
            case 3 -> calls.madvise(address & -HUGE, 8 * PAGE, Advice.COLD.number());
            default -> {
              if (page % 512 != 9) {
                child.store(cpu, address + 8, 8, number);
                assertThat(child.load(cpu, address, 8)).isEqualTo(7000 + page);
                assertThat(child.load(cpu, address + 8, 8)).isEqualTo(number);
              }
            }
          }
        }
        scene.machine.processes().exit(cpu, child);
      }
      cpu.release();
      return ROUNDS;
    };
  }
}
