package dev.quarry.kernel;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.quarry.machine.Cpu;
import java.util.ArrayList;
import java.util.Collections;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** Each thread finds its own CPU, and no two the same. */
class CpuBindingTest {
  private static List<Cpu> cpus(int count) {
    return IntStream.range(0, count).mapToObj(id -> Cpu.of(id, 0)).toList();
  }

  @Test
  void aThreadKeepsItsCpuUntilItLetsGo() {
    CpuBinding binding = new CpuBinding(cpus(2));
    Cpu mine = binding.current();
    assertThat(binding.current()).isSameAs(mine);
    assertThat(mine.hold()).isTrue();
    binding.release();
    binding.release();
    assertThat(mine.isHeldElsewhere()).isFalse();
    assertThat(mine.whileHeld(() -> {})).isTrue();
  }

  /** Who only works on a CPU for a moment does not wait for itself, and gets another one. */
  @Test
  void withinAPieceOfWorkAnotherCpuIsFound() {
    List<Cpu> cpus = cpus(2);
    CpuBinding binding = new CpuBinding(cpus);
    for (Cpu cpu : cpus) {
      assertThat(cpu.whileHeld(() -> assertThat(binding.current()).isNotSameAs(cpu))).isTrue();
      binding.release();
    }
  }

  /** Many more threads than places, so that their places collide, come and go. */
  @Test
  void noTwoThreadsHaveTheSameCpu() throws InterruptedException, ExecutionException {
    int threads = 16;
    CpuBinding binding = new CpuBinding(cpus(threads));
    try (var pool = Executors.newThreadPerTaskExecutor(Thread.ofPlatform().factory())) {
      for (int round = 0; round < 20; round++) {
        CyclicBarrier allHold = new CyclicBarrier(threads);
        Callable<Cpu> work =
            () -> {
              Cpu cpu = binding.current();
              allHold.await();
              for (int i = 0; i < 1_000; i++) {
                assertThat(binding.current()).isSameAs(cpu);
              }
              allHold.await();
              binding.release();
              return cpu;
            };
        Set<Cpu> seen = Collections.newSetFromMap(new IdentityHashMap<>());
        for (Future<Cpu> done : pool.invokeAll(Collections.nCopies(threads, work))) {
          seen.add(done.get());
        }
        assertThat(seen).hasSize(threads);
      }
    }
  }

  @Test
  void oneThreadTooManyIsTold() throws InterruptedException {
    CpuBinding binding = new CpuBinding(cpus(2));
    CountDownLatch held = new CountDownLatch(2);
    CountDownLatch end = new CountDownLatch(1);
    List<Thread> others = new ArrayList<>();
    for (int i = 0; i < 2; i++) {
      others.add(
          Thread.ofPlatform()
              .start(() -> {
                binding.current();
                held.countDown();
                awaitQuietly(end);
                binding.release();
              }));
    }
    held.await();
    assertThatThrownBy(binding::current)
        .isInstanceOf(IllegalStateException.class)
        .hasMessageEndingWith(" gets no CPU: other threads hold all 2");
    end.countDown();
    for (Thread other : others) {
      other.join();
    }
    assertThat(binding.current().id()).isBetween(0, 1);
  }

  private static void awaitQuietly(CountDownLatch latch) {
    try {
      latch.await();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
