package dev.quarry.physical;

import static org.assertj.core.api.Assertions.assertThat;

import dev.quarry.kernel.Machine;
import dev.quarry.machine.Cpu;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.Callable;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicIntegerArray;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Threads that each hold a CPU allocate, free, free what another one allocated, share blocks and
 * ask for drains. No frame may have two owners, and in the end nothing may be lost.
 */
class StressTest {
  private static final int OPERATIONS = 60_000;
  private static final int[] MASKS = {
    Gfp.GFP_KERNEL, Gfp.GFP_ATOMIC, Gfp.GFP_HIGHUSER_MOVABLE, Gfp.GFP_KERNEL | Gfp.RECLAIMABLE
  };

  /** A block on its way from one thread to another. */
  private record Block(int pfn, int order) {}

  private static Machine machine(int cpus) {
    return TestMachines.of(
        "contents none",
        "memory 0-48M",
        "zone DMA below=16M",
        "zone Normal",
        "cpus 0-" + (cpus - 1),
        "sysctl vm.min_free_kbytes=512");
  }

  private static void inParallel(List<Callable<Void>> tasks) throws Exception {
    CountDownLatch start = new CountDownLatch(1);
    try (ExecutorService threads = Executors.newFixedThreadPool(tasks.size())) {
      List<Future<Void>> results = new ArrayList<>();
      for (Callable<Void> task : tasks) {
        results.add(
            threads.submit(() -> {
              start.await();
              return task.call();
            }));
      }
      start.countDown();
      for (Future<Void> result : results) {
        result.get();
      }
    }
  }

  private static void expectAllFree(Machine machine) {
    machine.allocator().drainAllPages();
    assertThat(machine.invariants()).isEmpty();
    assertThat(machine.allocator().badPages()).isZero();
    for (Zone zone : machine.memory().zones()) {
      assertThat(zone.freePages()).as("%s", zone).isEqualTo(zone.managed());
    }
  }

  @ParameterizedTest
  @ValueSource(ints = {2, 4})
  void nothingIsLostBetweenThreads(int threads) throws Exception {
    try (Machine machine = machine(threads)) {
      AtomicIntegerArray owners = new AtomicIntegerArray(machine.memory().map().endPfn());
      ConcurrentLinkedQueue<Block> passedOn = new ConcurrentLinkedQueue<>();
      List<Callable<Void>> tasks = new ArrayList<>();
      for (int i = 0; i < threads; i++) {
        Cpu cpu = machine.cpu(i);
        tasks.add(() -> new Worker(machine, cpu, owners, passedOn).call());
      }
      inParallel(tasks);
      for (Block block = passedOn.poll(); block != null; block = passedOn.poll()) {
        assertThat(machine.allocator().freePages(machine.cpu(0), block.pfn, block.order)).isTrue();
      }
      expectAllFree(machine);
    }
  }

  /** One thread with its CPU. */
  private static final class Worker implements Callable<Void> {
    private final PageAllocator allocator;
    private final Cpu cpu;
    private final AtomicIntegerArray owners;
    private final ConcurrentLinkedQueue<Block> passedOn;
    private final List<Block> own = new ArrayList<>();
    private final SplittableRandom random;

    Worker(
        Machine machine,
        Cpu cpu,
        AtomicIntegerArray owners,
        ConcurrentLinkedQueue<Block> passedOn) {
      this.allocator = machine.allocator();
      this.cpu = cpu;
      this.owners = owners;
      this.passedOn = passedOn;
      this.random = new SplittableRandom(cpu.id());
    }

    @Override
    public Void call() {
      assertThat(cpu.hold()).isTrue();
      for (int i = 0; i < OPERATIONS; i++) {
        step(random.nextInt(1_000));
      }
      own.forEach(this::free);
      cpu.release();
      return null;
    }

    private void step(int dice) {
      if (dice < 500) {
        allocate(dice % 8 == 0 ? random.nextInt(8) : dice % 4);
      } else if (dice < 700 && !own.isEmpty()) {
        passedOn.add(own.removeLast());
      } else if (dice < 850) {
        Block block = passedOn.poll();
        if (block != null) {
          free(block);
        }
      } else if (dice < 990 && !own.isEmpty()) {
        free(own.remove(random.nextInt(own.size())));
      } else if (dice < 995) {
        allocator.drainAllPages();
      } else {
        allocator.decayPcpHigh(cpu);
      }
    }

    private void allocate(int order) {
      int gfp = MASKS[random.nextInt(MASKS.length)] | Gfp.NOWARN;
      int pfn = allocator.allocPages(cpu, gfp, order);
      for (int at = pfn; pfn != Pfn.NONE && at < pfn + (1 << order); at++) {
        if (!owners.compareAndSet(at, 0, cpu.id() + 1)) {
          throw new AssertionError("frame " + at + " has two owners");
        }
      }
      if (pfn != Pfn.NONE) {
        own.add(new Block(pfn, order));
      }
    }

    private void free(Block block) {
      for (int at = block.pfn; at < block.pfn + (1 << block.order); at++) {
        owners.set(at, 0);
      }
      if (!allocator.freePages(cpu, block.pfn, block.order)) {
        throw new AssertionError("frame " + block.pfn + " was not to be freed");
      }
    }
  }

  /** Each block has two references, dropped by two threads at about the same time. */
  @Test
  void theLastOfTwoReferencesFreesTheBlockWhoeverDropsIt() throws Exception {
    int rounds = 5_000;
    try (Machine machine = machine(2)) {
      PageAllocator allocator = machine.allocator();
      AtomicIntegerArray shared = new AtomicIntegerArray(rounds);
      AtomicInteger turn = new AtomicInteger();
      Callable<Void> maker =
          () -> {
            assertThat(machine.cpu(0).hold()).isTrue();
            for (int i = 0; i < rounds; i++) {
              int pfn = allocator.allocPages(machine.cpu(0), Gfp.GFP_KERNEL, i % 4);
              allocator.getPage(pfn);
              shared.set(i, pfn + 1);
              while (turn.get() < i) {
                Thread.onSpinWait();
              }
              allocator.freePages(machine.cpu(0), pfn, i % 4);
            }
            machine.cpu(0).release();
            return null;
          };
      Callable<Void> taker =
          () -> {
            assertThat(machine.cpu(1).hold()).isTrue();
            for (int i = 0; i < rounds; i++) {
              while (shared.get(i) == 0) {
                Thread.onSpinWait();
              }
              turn.set(i);
              allocator.freePages(machine.cpu(1), shared.get(i) - 1, i % 4);
            }
            machine.cpu(1).release();
            return null;
          };
      inParallel(List.of(maker, taker));
      expectAllFree(machine);
    }
  }

  /** A CPU that nobody holds may be drained by anybody, but not while somebody takes it. */
  @Test
  void aCpuIsNotDrainedUnderTheHandsOfItsNewHolder() throws Exception {
    int rounds = 30_000;
    try (Machine machine = machine(2)) {
      PageAllocator allocator = machine.allocator();
      AtomicInteger done = new AtomicInteger();
      Callable<Void> user =
          () -> {
            Cpu cpu = machine.cpu(1);
            for (int i = 0; i < rounds; i++) {
              assertThat(cpu.hold()).isTrue();
              int pfn = allocator.allocPages(cpu, Gfp.GFP_KERNEL, 0);
              int other = allocator.allocPages(cpu, Gfp.GFP_KERNEL, 1);
              assertThat(allocator.freePages(cpu, pfn, 0)).isTrue();
              assertThat(allocator.freePages(cpu, other, 1)).isTrue();
              cpu.release();
            }
            done.set(1);
            return null;
          };
      Callable<Void> drainer =
          () -> {
            while (done.get() == 0) {
              allocator.drainAllPages();
            }
            return null;
          };
      inParallel(List.of(user, drainer));
      expectAllFree(machine);
    }
  }
}
