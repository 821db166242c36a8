package dev.quarry.virtual;

import static org.assertj.core.api.Assertions.assertThat;

import dev.quarry.kernel.Machine;
import dev.quarry.machine.Cpu;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Two CPUs allocate, use and free areas at the same time, and a third thread looks at them. */
class ThreadsTest {
  private static final int ROUNDS = 3_000;

  private record Held(long address, int pages, long stamp) {}

  @Test
  @Timeout(60)
  void areasOfTwoCpusDoNotMeet() throws Exception {
    try (Machine machine = Spaces.wide();
        ExecutorService threads = Executors.newFixedThreadPool(3)) {
      KernelSpace space = machine.kernelSpace();
      List<Future<?>> work = new ArrayList<>();
      for (int cpu = 0; cpu < 2; cpu++) {
        Cpu own = machine.cpu(cpu);
        work.add(threads.submit(() -> allocateAndFree(space, own)));
      }
      Future<?> looking = threads.submit(() -> look(space, work));
      for (Future<?> one : work) {
        one.get(50, TimeUnit.SECONDS);
      }
      looking.get(5, TimeUnit.SECONDS);
      assertThat(space.vmalloc().nrPages()).isZero();
      assertThat(machine.invariants()).isEmpty();
      assertThat(machine.tlbCounts().ranges()).as("areas were recycled").isPositive();
    }
  }

  private static void allocateAndFree(KernelSpace space, Cpu cpu) {
    assertThat(cpu.hold()).isTrue();
    Random random = new Random(cpu.id());
    ArrayDeque<Held> held = new ArrayDeque<>();
    for (int round = 0; round < ROUNDS; round++) {
      if (held.size() < 20 && random.nextBoolean()) {
        int pages = 1 + random.nextInt(random.nextInt(20) == 0 ? 600 : 20);
        long address = space.vmalloc().vmalloc(cpu, pages * 4096L, "CPU " + cpu.id());
        assertThat(address).isNotEqualTo(Vmalloc.NO_ADDRESS);
        Held area = new Held(address, pages, random.nextLong());
        for (int page = 0; page < pages; page++) {
          space.mmu().store(address + page * 4096L, 8, area.stamp + page, 0);
        }
        held.add(area);
      } else if (!held.isEmpty()) {
        free(space, cpu, held.poll());
      }
      if (random.nextInt(100) == 0) {
        space.purge(cpu);
      }
    }
    held.forEach(area -> free(space, cpu, area));
    cpu.release();
  }

  private static void free(KernelSpace space, Cpu cpu, Held area) {
    for (int page = 0; page < area.pages; page++) {
      assertThat(space.mmu().load(area.address + page * 4096L, 8, 0)).isEqualTo(area.stamp + page);
    }
    assertThat(space.vmalloc().vfree(cpu, area.address)).isTrue();
  }

  private static void look(KernelSpace space, List<Future<?>> work) {
    while (!work.stream().allMatch(Future::isDone)) {
      long end = 0;
      for (VmArea area : space.areaList()) {
        assertThat(end == 0 || area.address() >= end).isTrue();
        end = area.address() + area.bytes();
      }
    }
  }
}
